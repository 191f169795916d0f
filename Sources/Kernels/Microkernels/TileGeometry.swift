import CVector

typealias TwoRows<Product: TileProduct, Queries: QueryVectors> = Both<Row<Product, Queries>, Row<Product, Queries>>
typealias FourRows<Product: TileProduct, Queries: QueryVectors> = Both<
    TwoRows<Product, Queries>, TwoRows<Product, Queries>
>
typealias EightRows<Product: TileProduct, Queries: QueryVectors> = Both<
    FourRows<Product, Queries>, FourRows<Product, Queries>
>

// How many rows a register tile has, by vector width: as many as leave registers for the vectors of a step and one
// broadcast scalar. More rows mean fewer loads a product.

extension SIMD16<Float> {
    /// 16 sums of 32 registers (AVX-512); the scalar is broadcast from memory.
    typealias Tile<Product: TileProduct> = EightRows<Product, TwoVectors>
    typealias GranuleTile = Tile<Float32Product>
}

extension SIMD8<Float> {
    /// 12 sums of 16 registers (AVX, AVX2).
    typealias Tile<Product: TileProduct> = Both<FourRows<Product, TwoVectors>, TwoRows<Product, TwoVectors>>
    /// Eight sums: six rows do not divide a granule of eight keys.
    typealias GranuleTile = FourRows<Float32Product, TwoVectors>
}

extension SIMD4<Float> {
    #if arch(arm64)
        /// 16 sums of 32 registers (NEON).
        typealias Tile<Product: TileProduct> = EightRows<Product, TwoVectors>
    #else
        /// 8 sums of 16 registers: without FMA each product needs one more (SSE2).
        typealias Tile<Product: TileProduct> = FourRows<Product, TwoVectors>
    #endif
    typealias GranuleTile = Tile<Float32Product>
}

/// The register tile of this build.
typealias Tile<Product: TileProduct> = Lanes.Tile<Product>

/// The tile whose sums are added to those of neighbouring rows: a granule of keys is whole tiles of it.
typealias RowTile = Lanes.GranuleTile

/// The tile of keys that one vector of the two sees: eight sums on any CPU, as many as hide the delay of a product.
/// (Sixteen do not all stay in registers where the scalars of bfloat16 take some.)
typealias NarrowTile<Product: TileProduct> = EightRows<Product, OneVector>

/// The most rows of a register tile, whatever it multiplies.
let tileRows = max(Tile<Float32Product>.rows, NarrowTile<Float32Product>.rows)

/// A block of queries, one a lane, that one pass over the keys serves.
enum QueryBlock {
    /// Two vectors: each broadcast scalar is used twice.
    static var width: Int { 2 * Lanes.lanes }
}
