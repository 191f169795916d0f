import Attention
import Faults
import Files
import Foundation

/// The files that an engine begins with: those of Examples, which continuous integration builds, checks and runs.
enum EngineSkeleton: String, CaseIterable {
    case python, c, rust

    /// By name, with their contents.
    var files: [String: [UInt8]] {
        switch self {
        case .python:
            [
                "engine.py": PackageResources.engine_py,
                "attnbench_engine.py": PackageResources.attnbench_engine_py,
            ]
        case .c:
            [
                "engine.c": PackageResources.engine_c, "attnbench_engine.h": PackageResources.attnbench_engine_h,
                "Makefile": PackageResources.Makefile,
            ]
        case .rust: ["engine.rs": PackageResources.engine_rs, "Cargo.toml": PackageResources.Cargo_toml]
        }
    }

    /// What makes an engine of them, inside the folder; nil where nothing has to be built.
    var buildCommand: String? {
        switch self {
        case .python: nil
        case .c: "make"
        case .rust: "cargo build --release"
        }
    }

    /// The engine, relative to the folder.
    var engine: String {
        switch self {
        case .python: "engine.py"
        case .c: "libengine.so"
        case .rust: "target/release/libengine_rust.so"
        }
    }

    /// What sweeps call the kernel in it.
    var kernel: String {
        switch self {
        case .python: "numpy/numpy-causal"
        case .c: "engine-c/online-causal"
        case .rust: "engine-rust/online-causal"
        }
    }

    /// The file that a user changes.
    var source: String {
        switch self {
        case .python: "engine.py"
        case .c: "engine.c"
        case .rust: "engine.rs"
        }
    }

    /// - Throws: where the folder holds anything already, or cannot be written.
    func write(to folder: String) throws {
        let there = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard there.isEmpty else { throw EngineFolderError(folder: folder) }
        try Folder.make(folder)
        for (name, contents) in files {
            let path = folder + "/" + name
            try OutputFile.write(Data(contents), to: path)
            if name == engine { chmod(path, 0o755) }
        }
    }
}

/// A folder that cannot hold a new engine.
struct EngineFolderError: Fault {
    let folder: String

    var exitStatus: ExitStatus { .usage }

    var description: String { "no engine can be written to \(folder): it is not empty; name a new folder" }
}
