//! What fetches and pushes: model files, the forges, and programs that use the network (git, pip, a forge's own tool).
//!
//! Nothing here is called but by a command that a person gave, and nothing prints.

mod error;
pub mod forge;
pub mod git;
mod http;
pub mod models;

pub use error::Error;
