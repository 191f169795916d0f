import CVector

/// What one step of a register tile does with a scalar and a vector. Both are words of 32 bits, carried as float32
/// whatever they hold.
protocol TileProduct {
    /// Elements of the sum in one word.
    static var depth: Int { get }

    /// sum + scalar · vector, summed over the elements of a word.
    static func accumulate(_ sum: Lanes, scalar: Lanes, vector: Lanes) -> Lanes

    /// Writes the weights of two neighbouring keys, [width] each, as the vectors of the value product.
    static func storeWeights(_ first: Lanes, and second: Lanes, key: Int, _ weights: UnsafeMutablePointer<Float>)
}

/// A word is one float32.
enum Float32Product: TileProduct {
    static var depth: Int { 1 }

    @inline(__always)
    static func accumulate(_ sum: Lanes, scalar: Lanes, vector: Lanes) -> Lanes {
        vector_fma(scalar, vector, sum)
    }

    @inline(__always)
    static func storeWeights(_ first: Lanes, and second: Lanes, key: Int, _ weights: UnsafeMutablePointer<Float>) {
        store(first, weights, key &* QueryBlock.width)
        store(second, weights, (key &+ 1) &* QueryBlock.width)
    }
}

/// A word is two bfloat16, neighbours along the sum; the sum is float32.
enum BFloat16Product: TileProduct {
    static var depth: Int { 2 }

    @inline(__always)
    static func accumulate(_ sum: Lanes, scalar: Lanes, vector: Lanes) -> Lanes {
        vector_bfloat16_dot(sum, scalar, vector)
    }

    @inline(__always)
    static func storeWeights(_ first: Lanes, and second: Lanes, key: Int, _ weights: UnsafeMutablePointer<Float>) {
        store(vector_bfloat16_pairs(first, second), weights, (key &>> 1) &* QueryBlock.width)
    }
}
