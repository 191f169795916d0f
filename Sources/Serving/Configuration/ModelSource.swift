import Files
import Foundation

/// What somebody names a model by: a name of the catalogue, an id of Hugging Face that is in it, a path, a release's folder,
/// or "-" for standard input.
public struct ModelSource: Sendable {
    public let name: String
    /// The `model_type` to take in place of a file's own.
    public let treatedAs: String?
    /// The context to plan with where neither a file nor its class declares one.
    public let context: Int?

    public init(_ name: String, treatedAs: String? = nil, context: Int? = nil) {
        self.name = name
        self.treatedAs = treatedAs
        self.context = context
    }

    /// What `treatedAs` may be.
    public static var types: [String] { ModelTypes.shipped.decoderNames }

    /// - Parameter standardInput: read only where the name is "-".
    public func model(standardInput: () -> Data) throws -> Model {
        if name == "-" {
            return try Model(
                Model.Configuration(
                    file: "standard input", json: standardInput(), treatedAs: treatedAs, context: context))
        }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) {
            return try model(at: isFolder.boolValue ? "\(name)/config.json" : name)
        }
        if let known = ModelCatalogue.shipped.model(onHub: name) { return known }
        if name.hasSuffix(".json") || name.hasPrefix(".") || name.hasPrefix("/") {
            _ = try Self.contents(name)
        }
        return try ModelCatalogue.shipped.model(named: name)
    }

    private func model(at path: String) throws(ConfigurationError) -> Model {
        let json = try Self.contents(path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let isRelease = path.hasSuffix("config.json")
        let side = folder.appendingPathComponent("hf_quant_config.json").path
        return try Model(
            Model.Configuration(
                file: path, json: json,
                quantisation: isRelease && FileManager.default.fileExists(atPath: side) ? try Self.contents(side) : nil,
                treatedAs: treatedAs, context: context))
    }

    private static func contents(_ path: String) throws(ConfigurationError) -> Data {
        do throws(UnreadableFile) { return try InputFile.read(path) } catch { throw .unreadable(error) }
    }
}
