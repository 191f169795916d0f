import Foundation

@testable import Serving

/// Catalogue entries, by name, for the tests.
func model(_ id: String) throws -> Model { try ModelCatalogue.shipped.model(named: id) }

func accelerator(_ id: String) throws -> Accelerator { try AcceleratorCatalogue.shipped.accelerator(named: id) }

/// `value` printed with as many decimals as a source gives.
func rounded(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
