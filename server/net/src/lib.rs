//! Network access: downloads of models, requests to forges, and programs that use the network (git, pip, a forge's
//! own tool).
//!
//! Only a command that a person gave calls this crate. Nothing here prints.

mod error;
pub mod forge;
pub mod git;
mod http;
pub mod models;

pub use error::Error;
