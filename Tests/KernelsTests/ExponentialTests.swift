import CVector
import Foundation
import Records
import Testing

@testable import Kernels

/// Both forms, against one bound.
struct ExponentialTests {
    private func exp2(_ x: Lanes, _ form: Tuning.Exponential) -> Lanes {
        switch form {
        case .scaled: ScaledExponential.exp2(x)
        case .shifted: ShiftedExponential.exp2(x)
        }
    }

    /// Distance to the exact result, in units of its last place in float32; denormal results count as the smallest
    /// normal's.
    private func error(_ result: Float, _ x: Float) -> Double {
        let exact = Foundation.exp2(Double(x))
        let unit = Double(max(Float(exact), .leastNormalMagnitude).ulp)
        return abs(Double(result) - exact) / unit
    }

    @Test(arguments: Tuning.Exponential.allCases)
    func staysWithinThreeAndAHalfUnitsInTheLastPlace(form: Tuning.Exponential) {
        // Only the instruction scales down to the last denormal; a shift ends with the smallest normal number.
        let lowest: Float = form == .scaled && VECTOR_HAS_SCALE == 1 ? 200 : 126
        // Every 61st float32 between −0 and the lowest, NaN and infinity left out: 35 million of them.
        var worst = (error: 0.0, x: Float(0))
        var bits: UInt32 = 0x8000_0000
        while bits < 0xFF80_0000 {
            var x = Lanes.zero
            for lane in 0..<Lanes.lanes { x[lane] = Float(bitPattern: min(bits + 61 * UInt32(lane), 0xFF7F_FFFF)) }
            let result = exp2(x, form)
            for lane in 0..<Lanes.lanes where x[lane] >= -lowest {
                let distance = error(result[lane], x[lane])
                if distance > worst.error { worst = (distance, x[lane]) }
            }
            if x[0] < -lowest - 1 { #expect(result == .zero, "2^\(x[0]) is 0") }
            bits += 61 * UInt32(Lanes.lanes)
        }
        #expect(worst.error < 3.5, "2^\(worst.x) is off by \(worst.error) units in the last place")
    }

    @Test(arguments: Tuning.Exponential.allCases)
    func isExactWhereSoftmaxNeedsIt(form: Tuning.Exponential) {
        #expect(exp2(Lanes.zero, form) == Lanes(repeating: 1), "the largest score has weight 1")
        #expect(exp2(Lanes(repeating: -.infinity), form) == .zero, "a masked score has weight 0")
        #expect(exp2(Lanes(repeating: -.greatestFiniteMagnitude), form) == .zero)
        #expect(exp2(Lanes(repeating: .nan), form)[0].isNaN)
        let payload = Float(bitPattern: 0x7FC0_0001)
        #expect(exp2(Lanes(repeating: payload), form)[0].isNaN, "whatever the NaN carries")
        for power in -126...0 {
            #expect(exp2(Lanes(repeating: Float(power)), form)[0] == Foundation.exp2(Float(power)))
        }
    }
}
