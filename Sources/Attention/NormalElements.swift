/// Numbers near a standard normal, drawn one by one from a seed and a place.
///
/// Each is the sum of four uniform 16-bit numbers (Irwin–Hall), scaled to mean 0 and variance 1, with tails cut at
/// 3.5: real normals cost ten times as much, which at ten million tokens is the difference between seconds and a
/// minute, and a kernel's time does not depend on the tails.
public enum NormalElements {
    @inline(__always)
    public static func element(seed: UInt64, index: Int) -> Float {
        let bits = SplitMix64.value(seed: seed, index: UInt64(index))
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
        return (Float(Int32(truncatingIfNeeded: sum)) - 131_070) * (1.732_050_8 / 65_536)
    }

    /// After so many elements a tensor repeats itself: to copy 8 GB takes a second where to draw them takes ten. Only a selection of
    /// blocks of keys can notice: it meets the same means again, and takes the earlier block.
    fileprivate static let period = 1 << 22

    /// The elements that a tensor of this seed has from `first` on, within one period, each passed on with its place from there.
    @inline(__always)
    fileprivate static func draw(seed: UInt64, from first: Int, count: Int, _ put: (Int, Float) -> Void) {
        for index in 0..<count { put(index, element(seed: seed, index: (first &+ index) & (period - 1))) }
    }

    /// Elements of a tensor of this seed that nobody holds, rounded to its type.
    static func elements(_ range: Range<Int>, seed: UInt64, _ elementType: ElementType) -> [Float] {
        [Float](unsafeUninitializedCapacity: range.count) { target, count in
            draw(seed: seed, from: range.lowerBound, count: range.count) { target[$0] = $1 }
            if elementType != .float32 {
                for index in 0..<range.count { target[index] = elementType.rounded(target[index]) }
            }
            count = range.count
        }
    }
}

extension Tensor {
    /// Numbers near a standard normal in the place of all elements, the same for the same seed.
    public mutating func fillWithNormals(seed: UInt64) { fillWithNormals(0..<count, seed: seed, from: 0) }

    /// In the place of some elements, those that a longer tensor of this seed has from `first` on.
    mutating func fillWithNormals(_ range: Range<Int>, seed: UInt64, from first: Int) {
        let (type, size) = (elementType, elementType.byteCount)
        let drawn = min(NormalElements.period, range.count)
        if drawn == 0 { return }
        withMutableBytes { bytes in
            let start = range.lowerBound
            switch type {
            case .float32:
                let target = bytes.bindMemory(to: Float.self)
                NormalElements.draw(seed: seed, from: first, count: drawn) { target[start + $0] = $1 }
            case .bfloat16:
                let target = bytes.bindMemory(to: BFloat16.self)
                NormalElements.draw(seed: seed, from: first, count: drawn) { target[start + $0] = BFloat16($1) }
            case .float16:
                let target = bytes.bindMemory(to: Float16.self)
                NormalElements.draw(seed: seed, from: first, count: drawn) { target[start + $0] = Float16($1) }
            }
            let period = start * size..<(start + drawn) * size
            for next in stride(from: period.upperBound, to: range.upperBound * size, by: period.count) {
                let count = min(period.count, range.upperBound * size - next)
                bytes[next..<next + count].copyBytes(from: bytes[period.prefix(count)])
            }
        }
    }
}
