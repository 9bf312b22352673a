#![allow(warnings, clippy::all, clippy::disallowed_types)]
use shared::sketch::*;
fn main() {
    for widths in [vec![4usize,1,8,8,8,8,4,4,1,8], vec![4,1,8,8,8,8,4,4,1,8,8,8,8,8,8], vec![4,1,8,8]] {
        let n = 10_000u32;
        let slots: Vec<u32> = (0..n).map(|s| s * 3).collect();
        let cols: Vec<(usize, Vec<u8>)> = widths.iter().map(|w| (*w, (0..w * n as usize).map(|i| (i * 7 % 251) as u8).collect())).collect();
        let cols: Vec<(usize, &[u8])> = cols.iter().map(|(w, v)| (*w, v.as_slice())).collect();
        let table = [ChangedTable { name: "unit", slots: &slots, columns: &cols }];
        let uni = [ChangedUniverse { id: 0, tables: &table }];
        let mut best = f64::MAX; let mut besth = f64::MAX;
        let row = vec![1u8; (8 + widths.iter().sum::<usize>()).next_multiple_of(64)];
        for _ in 0..200 {
            let t = std::time::Instant::now();
            std::hint::black_box(sketch(&uni, 96));
            best = best.min(t.elapsed().as_nanos() as f64 / n as f64);
            let t = std::time::Instant::now();
            for _ in 0..n { std::hint::black_box(blake3::keyed_hash(&[1; 32], std::hint::black_box(&row))); }
            besth = besth.min(t.elapsed().as_nanos() as f64 / n as f64);
        }
        println!("{} bytes: sketch {best:.1} ns/row, plain keyed_hash alone {besth:.1}", row.len());
    }
}
