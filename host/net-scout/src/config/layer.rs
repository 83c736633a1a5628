//! Layers of typed optional values. One list of keys becomes the fields of a layer, the flags that the command line can set, and the values
//! of a configuration: [`settings!`] is given it once, in `keys.rs`.

use super::grammar::{Grammar, Shape};
use super::source::Setting;
use crate::exit::UsageError;

/// A key of the configuration: what is known of it without its type.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in net-scout.toml; a dot stands for a table.
    pub name: &'static str,
    /// Its environment variable.
    pub variable: Option<&'static str>,
    /// What it means.
    pub meaning: &'static str,
    /// What it may be in the file.
    pub(super) shape: Shape,
}

impl Key {
    pub(super) fn new(name: &'static str, variable: Option<&'static str>, meaning: &'static str, shape: Shape) -> Self {
        Self { name, variable, meaning, shape }
    }
}

/// A value with the text that it was read from.
#[derive(Clone, Debug)]
pub(super) struct Typed<T> {
    pub(super) value: T,
    pub(super) written: Setting,
}

impl<T> Typed<T> {
    /// Reads a value.
    ///
    /// # Errors
    /// When the text is not in the key's grammar. The error names key, place and text.
    pub(super) fn read(key: &str, grammar: &Grammar<T>, written: Setting) -> Result<Self, UsageError> {
        let value = (grammar.read)(&written.text).map_err(|what| written.wrong(key, &what))?;
        Ok(Self { value, written })
    }
}

/// Makes `Layer`, `Flags` and `Values` from one list of keys.
macro_rules! settings {
    ($($field:ident: $type:ty {
        name: $name:expr, variable: $variable:literal, default: $default:expr, grammar: $grammar:expr, meaning: $meaning:literal $(,)?
    })*) => {
        /// What the command line sets, as it was written.
        #[derive(Clone, Debug, Default)]
        pub struct Flags {
            $(#[doc = $meaning] pub $field: Option<Setting>,)*
            /// `--set`: plugin, parameter, value.
            pub parameters: Vec<(String, String, String)>,
        }

        /// The values that hold.
        #[derive(Clone, Debug)]
        pub struct Values {
            $(#[doc = $meaning] pub $field: $type,)*
        }

        /// What one place says: a value for each key that stands there.
        pub(super) struct Layer {
            $($field: Option<Typed<$type>>,)*
        }

        /// Every key but the limits.
        pub(super) fn keys() -> Vec<Key> {
            vec![$({
                let grammar: Grammar<$type> = $grammar;
                Key::new($name, Some($variable), $meaning, grammar.shape)
            },)*]
        }

        impl Layer {
            /// What the command line says.
            ///
            /// # Errors
            /// When a value is not in its key's grammar.
            pub(super) fn of_flags(flags: &Flags) -> Result<Self, UsageError> {
                Ok(Self {
                    $($field: match &flags.$field {
                        Some(written) => Some(Typed::read($name, &$grammar, written.clone())?),
                        None => None,
                    },)*
                })
            }

            /// What another place says, which is asked for each key.
            ///
            /// # Errors
            /// When a value is not in its key's grammar, or the place has one of another shape.
            pub(super) fn of(find: impl Fn(&Key) -> Result<Option<Setting>, UsageError>) -> Result<Self, UsageError> {
                Ok(Self {
                    $($field: {
                        let grammar: Grammar<$type> = $grammar;
                        let key = Key::new($name, Some($variable), $meaning, grammar.shape);
                        find(&key)?.map(|written| Typed::read($name, &grammar, written)).transpose()?
                    },)*
                })
            }

            /// The values of this layer, those of a weaker one where it has none.
            pub(super) fn over(self, weaker: Self) -> Self {
                Self { $($field: self.$field.or(weaker.$field),)* }
            }

            /// The values that hold, with the defaults where there is none, and each as it was written.
            ///
            /// # Errors
            /// When a default is not in its key's grammar.
            pub(super) fn values(self) -> Result<(Values, Vec<(Key, Setting)>), UsageError> {
                let mut all = Vec::new();
                let values = Values {
                    $($field: {
                        let grammar: Grammar<$type> = $grammar;
                        let typed = match self.$field {
                            Some(typed) => typed,
                            None => Typed::read($name, &grammar, Setting { text: String::from($default), source: Source::Default })?,
                        };
                        all.push((Key::new($name, Some($variable), $meaning, grammar.shape), typed.written));
                        typed.value
                    },)*
                };
                Ok((values, all))
            }
        }
    };
}

pub(super) use settings;
