import Faults
import Files
import Foundation
import Yams

/// What somebody asked for a server, on a date.
public struct Price: Sendable, Hashable, Decodable {
    /// Id of the accelerator.
    public let accelerator: String
    /// How many the rent pays for.
    public let accelerators: Int
    public let dollarsPerHour: Double
    public let date: CatalogueDate
    public let seller: String
    public let source: String
    /// Taken where no price is given.
    public let isDefault: Bool
    /// Share of peak FLOP/s that this server reaches in prefill; nil if it was not measured.
    public let mfu: Double?
    /// Share of memory bandwidth that it reaches in decode.
    public let mbu: Double?

    public init(
        accelerator: String, accelerators: Int, dollarsPerHour: Double, date: CatalogueDate, seller: String,
        source: String,
        isDefault: Bool = false, mfu: Double? = nil, mbu: Double? = nil
    ) {
        self.accelerator = accelerator
        self.accelerators = accelerators
        self.dollarsPerHour = dollarsPerHour
        self.date = date
        self.seller = seller
        self.source = source
        self.isDefault = isDefault
        self.mfu = mfu
        self.mbu = mbu
    }

    enum CodingKeys: String, CodingKey {
        case accelerator, accelerators, dollarsPerHour, date, seller, source, mfu, mbu
        case isDefault = "default"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        accelerator = try values.decode(String.self, forKey: .accelerator)
        accelerators = try values.decodeIfPresent(Int.self, forKey: .accelerators) ?? 1
        dollarsPerHour = try values.decode(Double.self, forKey: .dollarsPerHour)
        date = try values.decode(CatalogueDate.self, forKey: .date)
        seller = try values.decodeIfPresent(String.self, forKey: .seller) ?? "not stated"
        source = try values.decodeIfPresent(String.self, forKey: .source) ?? "not stated"
        isDefault = try values.decodeIfPresent(Bool.self, forKey: .isDefault) ?? false
        mfu = try values.decodeIfPresent(Double.self, forKey: .mfu)
        mbu = try values.decodeIfPresent(Double.self, forKey: .mbu)
        guard [mfu, mbu].allSatisfy({ $0.map { $0 > 0 && $0 <= 1 } ?? true }) else {
            throw PriceError.notAShare(accelerator: accelerator)
        }
        guard accelerators >= 1, dollarsPerHour > 0, dollarsPerHour.isFinite else {
            throw PriceError.notPositive(accelerator: accelerator)
        }
    }

    public var dollarsPerAcceleratorHour: Double { dollarsPerHour / Double(accelerators) }
}

/// Prices on file: the shipped snapshots, or the user's own.
public struct PriceList: Sendable {
    public let prices: [Price]

    public static let shipped: PriceList = {
        do {
            return try PriceList(
                yaml: String(decoding: PackageResources.prices_yaml, as: UTF8.self), from: "prices.yaml")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    public init(prices: [Price]) { self.prices = prices }

    /// - Parameter file: the name for error messages.
    public init(yaml: String, from file: String) throws(PriceError) {
        do {
            prices = try YAMLDecoder().decode([Price].self, from: yaml)
        } catch {
            throw .unreadable(file: file, reason: Self.reason(of: error))
        }
    }

    public init(path: String) throws(PriceError) {
        let text: String
        do throws(UnreadableFile) { text = try InputFile.text(path) } catch {
            throw .unreadable(file: path, reason: error.reason)
        }
        try self.init(yaml: text, from: path)
        for price in prices {
            do { _ = try AcceleratorCatalogue.shipped.accelerator(named: price.accelerator) } catch {
                throw .unreadable(file: path, reason: error.description)
            }
        }
    }

    /// The one marked as default, else the last one listed; nil where none is on file.
    public func price(of accelerator: Accelerator) -> Price? {
        let known = all(of: accelerator)
        return known.first(where: \.isDefault) ?? known.last
    }

    public func all(of accelerator: Accelerator) -> [Price] {
        prices.filter {
            ModelCatalogue.lettersAndDigits($0.accelerator) == ModelCatalogue.lettersAndDigits(accelerator.id)
        }
    }

    /// Dollars per accelerator and hour, lowest and highest on file; nil where there are fewer than two.
    public func range(of accelerator: Accelerator) -> ClosedRange<Double>? {
        let rents = all(of: accelerator).map(\.dollarsPerAcceleratorHour)
        guard rents.count > 1, let lowest = rents.min(), let highest = rents.max() else { return nil }
        return lowest...highest
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "entry \((context.codingPath.first?.intValue ?? 0) + 1) needs \"\(key.stringValue)\""
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type"
        case DecodingError.dataCorrupted(let context):
            "\(context.underlyingError.map { "\($0)" } ?? context.debugDescription)"
        default: "\(error)"
        }
    }
}

public enum PriceError: Fault, Equatable {
    case notPositive(accelerator: String)
    case notAShare(accelerator: String)
    case notADate(text: String)
    case unreadable(file: String, reason: String)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notPositive(let accelerator):
            "the price of \(accelerator) needs dollarsPerHour above 0 for at least 1 accelerator"
        case .notAShare(let accelerator):
            "mfu and mbu of \(accelerator) must be shares above 0 and up to 1"
        case .notADate(let text):
            "\"\(text)\" is not a date; write a year and a month like 2026-05, or a year"
        case .unreadable(let file, let reason):
            "\(file): \(reason); a price file is a list of "
                + "{accelerator, accelerators, dollarsPerHour, date, mfu, mbu}"
        }
    }
}
