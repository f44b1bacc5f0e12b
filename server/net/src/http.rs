//! The HTTP client of the commands that use the network.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// A network that drops our packets must cost seconds, not minutes, before something else is tried.
const CONNECT: Duration = Duration::from_secs(5);
/// A connection that brings nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// Returns a client that trusts what the system trusts, and takes the proxy that the environment names.
pub(crate) fn agent() -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .user_agent(concat!("housestyle/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE));
    config.build().into()
}
