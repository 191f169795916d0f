import Attention
import Records

extension Ceilings {
    /// The measured FLOP/s that `threads` pinned cores can do on an element type. Types without arithmetic of their own
    /// on this machine are computed in float32, so float32's peak is theirs.
    public func peakFLOPsPerSecond(of elementType: ElementType, threads: Int) -> Double {
        let one =
            switch elementType {
            case .float32, .float16: flopsPerSecond.float32
            case .bfloat16: flopsPerSecond.bfloat16 ?? flopsPerSecond.float32
            }
        return one * Double(threads)
    }
}
