import Attention

/// The cases of a kernel that takes scores that are not plain.
extension ProblemCases {
    /// Every third case with normal inputs in one form, each in another one, so that every form meets every kind of size; and each kind
    /// of hard inputs in every form, on one mask.
    static func withScoreForms(of kernel: Kernel) -> [ProblemCase] {
        let forms = scoreForms(of: kernel)
        guard !forms.isEmpty else { return [] }
        let normal = all(for: kernel).filter { $0.inputs == .normal }
        let hard = InputPattern.allCases.filter { $0 != .normal }.compactMap { pattern in
            all(for: kernel).first { $0.inputs == pattern }
        }
        let inTurn = normal.enumerated().filter { $0.offset.isMultiple(of: 3) }.compactMap {
            $0.element.with(forms[$0.offset / 3 % forms.count])
        }
        return inTurn + hard.flatMap { one in forms.compactMap { one.with($0) } }
    }

    /// A cap that bends most scores and one that bends few, each other option by itself, and all together.
    private static func scoreForms(of kernel: Kernel) -> [ScoreForm] {
        do {
            let forms = [
                try ScoreForm(softCap: 0.5), try ScoreForm(softCap: 50), try ScoreForm(hasALiBi: true),
                try ScoreForm(hasSinkLogits: true),
                try ScoreForm(softCap: 2, hasALiBi: true, hasSinkLogits: true),
            ]
            return forms.filter { kernel.scoreOptions.isSuperset(of: $0.options) }
        } catch {
            preconditionFailure("a case is not a form of scores: \(error)")
        }
    }
}

extension ProblemCase {
    /// This case with scores of a form; nil where its mask has no such scores.
    fileprivate func with(_ form: ScoreForm) -> ProblemCase? {
        do throws(ProblemError) {
            let problem = try AttentionProblem(
                shape: problem.shape, mask: problem.mask, elementType: problem.elementType, scale: problem.scale,
                cacheFormat: problem.cacheFormat, positions: problem.positions, weighting: problem.weighting,
                selection: problem.selection, scoreForm: form, latent: problem.latent)
            return ProblemCase(problem: problem, inputs: inputs)
        } catch {
            guard case .distancesOfLaterKeys = error else { preconditionFailure("a case is not a problem: \(error)") }
            return nil
        }
    }
}
