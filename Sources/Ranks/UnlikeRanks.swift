import Faults
import Foundation
import Hardware
import Records

/// Two ranks that cannot work together: another build may send other messages, and a time that CPUs of two kinds make together
/// is that of neither.
public struct UnlikeRanks: Fault, Equatable {
    /// What has to be the same on all ranks.
    enum Likeness {
        case build
        case processor
    }

    let likeness: Likeness
    let first: Place
    let other: Place

    struct Place: Equatable {
        let rank: Int
        let host: String
        let description: String

        var text: String { "rank \(rank)\(host.isEmpty ? "" : " on \(host)")" }
    }

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch likeness {
        case .build:
            "\(other.text) is another build (\(other.description)) than \(first.text) (\(first.description)); install the same "
                + "program on all hosts"
        case .processor:
            "\(other.text) has another CPU (\(other.description)) than \(first.text) (\(first.description)); start all ranks on "
                + "hosts of one kind"
        }
    }
}

extension Communicator {
    /// Every rank calls it before any other message: programs of two builds agree on nothing else.
    ///
    /// - Throws: the same on all ranks.
    func requireOneBuild() throws(UnlikeRanks) { try require(.build, own: BuildFacts.sentencePart) }

    /// A program for the CPU that it was built on has another instruction set elsewhere, and the same commit.
    ///
    /// - Throws: the same on all ranks.
    public func requireOneProcessor(_ topology: Topology) throws(UnlikeRanks) {
        try require(.processor, own: Machine.processor(of: topology))
    }

    func require(_ likeness: UnlikeRanks.Likeness, own: String) throws(UnlikeRanks) {
        let descriptions = gathered(text: own)
        let hosts = gatheredHosts()
        guard let other = descriptions.firstIndex(where: { $0 != descriptions[0] }) else { return }
        func place(_ rank: Int) -> UnlikeRanks.Place {
            UnlikeRanks.Place(rank: rank, host: hosts[rank], description: descriptions[rank])
        }
        throw UnlikeRanks(likeness: likeness, first: place(0), other: place(other))
    }
}

extension BuildFacts {
    /// Two builds of one commit differ in the sizes of their files, if nowhere else.
    fileprivate static var sentencePart: String {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        return [
            "commit \(commit.prefix(12))" + (hasUncommittedChanges ? " with changes" : ""),
            (isOptimised ? "-O" : "-Onone") + " -march=\(instructionSet)", compiler,
            size.map { "\($0) bytes" } ?? "of unknown size",
        ].joined(separator: ", ")
    }
}
