//! The config: one file in the folder of the profile (never in the working directory,
//! where a cloned repository could redirect somebody's data), under environment
//! variables, under flags. What is not known is an error, because a setting that is
//! ignored in silence is a wrong setting.

mod check;
mod duration;
mod edit;
mod file;
mod given;
mod layers;
mod list;
mod load;
mod overrides;

pub use self::{
    edit::{set, set_member, set_table},
    file::FILE,
    load::{Config, Entry, Side},
    overrides::Overrides,
};
