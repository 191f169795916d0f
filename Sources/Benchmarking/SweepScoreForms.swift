import Attention
import Records

/// The axes of a sweep that say what becomes of scores before softmax.
extension SweepReader {
    func readScoreForms(of axes: inout Sweep.Axes, _ fields: [String: SweepField]) throws(SweepError) {
        if let field = fields["softCap"] {
            axes.softCaps = []
            for item in try field.items() { axes.softCaps.append(try item.softCap()) }
        }
        axes.alibi = try fields["alibi"]?.switches() ?? axes.alibi
        axes.sinkLogits = try fields["sinkLogits"]?.switches() ?? axes.sinkLogits
    }
}

extension SweepField {
    /// A positive number, or `none`.
    fileprivate func softCap() throws(SweepError) -> Float? {
        let text = try text()
        if text == "none" { return nil }
        guard let cap = Float(text) else {
            throw error("\"\(text)\" is no soft cap of scores; write a number such as 50, or none")
        }
        do throws(ScoreFormError) { return try ScoreForm(softCap: cap).softCap } catch {
            throw self.error(error.description)
        }
    }

    /// A list of true and false.
    fileprivate func switches() throws(SweepError) -> [Bool] {
        var values: [Bool] = []
        for item in try items() {
            let text = try item.text()
            guard let value = Bool(text) else { throw item.error("\"\(text)\" has to be true or false") }
            values.append(value)
        }
        return values
    }
}
