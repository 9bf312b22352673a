//! A place in the world where one room keeps what it has derived from what never changes.
//! Not state: no digest and no snapshot holds it; emptied whenever the world is written from
//! outside. The world does not know the type.

use std::any::Any;
use std::fmt::{Debug, Formatter, Result};
use std::sync::Arc;

/// One kept value, of the type that its room chooses. A copy of the world shares it.
#[derive(Clone, Default)]
pub struct Derived(Option<Arc<dyn Any + Send + Sync>>);

impl Derived {
    /// Returns the kept value, or nothing if there is none of this type.
    #[must_use]
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0.clone()?.downcast().ok()
    }

    /// Keeps a value in place of the one before.
    pub fn set<T: Any + Send + Sync>(&mut self, value: Arc<T>) {
        self.0 = Some(value);
    }
}

impl Debug for Derived {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str(if self.0.is_some() { "kept" } else { "empty" })
    }
}
