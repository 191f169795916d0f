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

    /// After so many elements a tensor repeats itself. No kernel can notice, and to copy 8 GB takes a second where to
    /// draw them takes ten.
    static let period = 1 << 22
}

extension Tensor {
    /// Numbers near a standard normal in the place of all elements, the same for the same seed.
    public mutating func fillWithNormals(seed: UInt64) {
        let drawn = min(NormalElements.period, count)
        if elementType == .float32 {
            withMutableFloats { elements in
                for index in 0..<drawn { elements[index] = NormalElements.element(seed: seed, index: index) }
            }
        } else {
            for index in 0..<drawn { self[index] = NormalElements.element(seed: seed, index: index) }
        }
        let periodBytes = drawn * elementType.byteCount
        withMutableBytes { bytes in
            for start in stride(from: periodBytes, to: bytes.count, by: periodBytes) {
                let count = min(periodBytes, bytes.count - start)
                bytes[start..<start + count].copyBytes(from: bytes[..<count])
            }
        }
    }
}
