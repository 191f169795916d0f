import CVector

typealias TwoRows = Both<Row, Row>
typealias FourRows = Both<TwoRows, TwoRows>

/// How many rows a register tile has, by vector width: as many as leave registers for the two vectors of a step and
/// one broadcast scalar. More rows mean fewer loads a product.
protocol TileGeometry {
    associatedtype Tile: RegisterTile
}

extension SIMD16<Float>: TileGeometry {
    /// 16 sums of 32 registers (AVX-512); the scalar is broadcast from memory.
    typealias Tile = Both<FourRows, FourRows>
}

extension SIMD8<Float>: TileGeometry {
    /// 12 sums of 16 registers (AVX, AVX2).
    typealias Tile = Both<FourRows, TwoRows>
}

extension SIMD4<Float>: TileGeometry {
    #if arch(arm64)
        /// 16 sums of 32 registers (NEON).
        typealias Tile = Both<FourRows, FourRows>
    #else
        /// 8 sums of 16 registers: without FMA each product needs one more (SSE2).
        typealias Tile = FourRows
    #endif
}

/// The register tile of this build.
typealias Tile = Lanes.Tile

/// A block of queries, one a lane, that one pass over the keys serves.
enum QueryBlock {
    /// Two vectors: each broadcast scalar is used twice.
    static var width: Int { 2 * Lanes.lanes }
}
