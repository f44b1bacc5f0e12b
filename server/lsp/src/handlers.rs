//! The messages of the protocol, one a file.

pub(crate) mod code_action;
pub(crate) mod completion;
pub(crate) mod diagnostic;
pub(crate) mod did_change;
pub(crate) mod did_change_configuration;
pub(crate) mod did_change_workspace_folders;
pub(crate) mod did_close;
pub(crate) mod did_focus;
pub(crate) mod did_open;
pub(crate) mod did_partially_accept_completion;
pub(crate) mod did_save;
pub(crate) mod did_show_completion;
pub(crate) mod execute_command;
pub(crate) mod initialize;
pub(crate) mod initialized;
pub(crate) mod inline_completion;
