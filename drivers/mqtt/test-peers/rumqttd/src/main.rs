//! Serves MQTT as its argument says: rumqttd's configuration in JSON.

fn main() {
    let text = std::env::args().nth(1).expect("the configuration, as JSON");
    let config: rumqttd::Config = serde_json::from_str(&text).expect("a configuration of rumqttd");
    rumqttd::Broker::new(config).start().expect("serves");
}
