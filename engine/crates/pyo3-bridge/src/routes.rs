//! Requests for routes as packed numbers, many in one call.
//! Law: RULES.md, pathfinding/route. Decides nothing: bytes in, bytes out.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::of_command;

/// Bytes of a request: two slots of systems, from and to, as little-endian u32.
const REQUEST_BYTES: usize = 8;

/// Returns the next systems of packed requests, packed as little-endian u32 in their order.
pub fn routes<'py>(
    py: Python<'py>,
    run: &mut campaign::Engine,
    universe: u32,
    requests: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    if !requests.len().is_multiple_of(REQUEST_BYTES) {
        let found = requests.len();
        return Err(of_command(format!(
            "requests: expected {REQUEST_BYTES} bytes each, found {found} bytes"
        )));
    }
    let hops = py.detach(|| match bytemuck::try_cast_slice(requests) {
        Ok(aligned) => run.routes(universe, aligned),
        Err(_) => run.routes(universe, &aligned(requests)),
    });
    match hops {
        Some(hops) => Ok(PyBytes::new(py, bytemuck::cast_slice(&hops))),
        None => Err(of_command(format!(
            "routes: no universe {universe}, or a slot beyond its systems"
        ))),
    }
}

/// Copies requests that stand at an odd address.
fn aligned(requests: &[u8]) -> Vec<[u32; 2]> {
    let mut pairs = vec![[0; 2]; requests.len() / REQUEST_BYTES];
    bytemuck::cast_slice_mut(&mut pairs).copy_from_slice(requests);
    pairs
}

/// Does nothing: what any call over the bridge costs, for measurements.
#[pyfunction]
pub fn nothing() {}
