import CVector

typealias TwoRows<Product: TileProduct> = Both<Row<Product>, Row<Product>>
typealias FourRows<Product: TileProduct> = Both<TwoRows<Product>, TwoRows<Product>>

// How many rows a register tile has, by vector width: as many as leave registers for the two vectors of a step and one
// broadcast scalar. More rows mean fewer loads a product.

extension SIMD16<Float> {
    /// 16 sums of 32 registers (AVX-512); the scalar is broadcast from memory.
    typealias Tile<Product: TileProduct> = Both<FourRows<Product>, FourRows<Product>>
}

extension SIMD8<Float> {
    /// 12 sums of 16 registers (AVX, AVX2).
    typealias Tile<Product: TileProduct> = Both<FourRows<Product>, TwoRows<Product>>
}

extension SIMD4<Float> {
    #if arch(arm64)
        /// 16 sums of 32 registers (NEON).
        typealias Tile<Product: TileProduct> = Both<FourRows<Product>, FourRows<Product>>
    #else
        /// 8 sums of 16 registers: without FMA each product needs one more (SSE2).
        typealias Tile<Product: TileProduct> = FourRows<Product>
    #endif
}

/// The register tile of this build.
typealias Tile<Product: TileProduct> = Lanes.Tile<Product>

/// Rows of a register tile, whatever it multiplies.
let tileRows = Tile<Float32Product>.rows

/// A block of queries, one a lane, that one pass over the keys serves.
enum QueryBlock {
    /// Two vectors: each broadcast scalar is used twice.
    static var width: Int { 2 * Lanes.lanes }
}
