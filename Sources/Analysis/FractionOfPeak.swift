import Attention
import Records

extension Ceilings {
    /// The measured FLOP/s that `threads` pinned cores can do on an element type. Types without arithmetic of their own
    /// on this machine are computed in float32, so float32's peak is theirs.
    public func peakFLOPsPerSecond(of elementType: ElementType, threads: Int) -> Double {
        let one =
            switch elementType {
            case .float32: flopsPerSecond.float32
            case .float16: flopsPerSecond.float16 ?? flopsPerSecond.float32
            case .bfloat16: flopsPerSecond.bfloat16 ?? flopsPerSecond.float32
            }
        return one * Double(threads)
    }

    /// Of a gate, which measures no peaks, and of a device of which its engine says nothing.
    static let unknown = Ceilings(flopsPerSecond: .init(float32: 0, bfloat16: nil), readBytesPerSecond: 0)
}
