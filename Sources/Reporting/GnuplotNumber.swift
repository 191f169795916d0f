import Foundation

/// Numbers in the form in which gnuplot takes them for what they are.
enum GnuplotNumber {
    static func fraction(_ value: Double) -> String { String(format: "%.4f", value) }
    static func number(_ value: Double) -> String { String(format: "%.7g", value) }
}
