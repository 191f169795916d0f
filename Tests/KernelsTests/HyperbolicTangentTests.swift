import CVector
import Foundation
import Testing

@testable import Kernels

struct HyperbolicTangentTests {
    /// Distance to the exact result, in units of its last place in float32.
    private func error(_ result: Float, _ x: Float) -> Double {
        let exact = Foundation.tanh(Double(x))
        return abs(Double(result) - exact) / Double(max(abs(Float(exact)), .leastNormalMagnitude).ulp)
    }

    /// Every 61st positive float32 up to where float32 has 1 only, and its negative.
    @Test func staysWithinThreeUnitsInTheLastPlace() {
        var worst = (error: 0.0, x: Float(0))
        var bits = Float.leastNormalMagnitude.bitPattern
        while bits < Float(12).bitPattern {
            var x = Lanes.zero
            for lane in 0..<Lanes.lanes { x[lane] = Float(bitPattern: bits + 61 * UInt32(lane)) }
            let (result, negative) = (tanh(x), tanh(Lanes.zero - x))
            for lane in 0..<Lanes.lanes {
                let distance = error(result[lane], x[lane])
                if distance > worst.error { worst = (distance, x[lane]) }
                if negative[lane] != -result[lane] { worst = (.infinity, x[lane]) }
            }
            bits += 61 * UInt32(Lanes.lanes)
        }
        #expect(worst.error < 3, "tanh(\(worst.x)) is off by \(worst.error) units in the last place")
    }

    @Test func isExactAtItsEnds() {
        for x in [Float.infinity, .greatestFiniteMagnitude, 1e10, 20] {
            #expect(tanh(Lanes(repeating: x)) == Lanes(repeating: 1))
            #expect(tanh(Lanes(repeating: -x)) == Lanes(repeating: -1))
        }
        #expect(tanh(Lanes.zero) == .zero)
        #expect(tanh(Lanes(repeating: -0.0))[0].sign == .minus)
        #expect(tanh(Lanes(repeating: 0x1p-130))[0] == 0x1p-130, "denormal numbers are their own tanh")
        #expect(tanh(Lanes(repeating: .nan))[0].isNaN)
    }
}
