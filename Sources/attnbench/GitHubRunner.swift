import Analysis
import Files
import Foundation
import Reporting

/// The continuous integration of GitHub, as a job's environment describes it.
struct GitHubRunner {
    let environment: [String: String]

    /// Shows a comparison below the job, and the worst of it beside the job.
    ///
    /// - Throws: `UnwritableFile` where there is a summary that cannot be written.
    func show(_ comparison: Comparison, on console: Console) throws {
        if let path = variable("GITHUB_STEP_SUMMARY") { try append(comparison, to: URL(fileURLWithPath: path)) }
        if environment["GITHUB_ACTIONS"] == "true", let command = WorkflowCommand(comparison, link: runAddress) {
            console.announce(command)
        }
    }

    /// Behind what the step has written there already.
    private func append(_ comparison: Comparison, to file: URL) throws {
        let summary = try AppendedFile(file.path)
        let text = StepSummary.text(comparison, mostBytes: StepSummary.mostBytes - summary.byteCount)
        try summary.append(Data(text.utf8))
    }

    private var runAddress: String? {
        guard let server = variable("GITHUB_SERVER_URL"), let repository = variable("GITHUB_REPOSITORY"),
            let run = variable("GITHUB_RUN_ID")
        else { return nil }
        return "\(server)/\(repository)/actions/runs/\(run)"
    }

    private func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
