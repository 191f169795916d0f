// swift-tools-version:6.2
import PackageDescription

let package = Package(
    name: "own-kernel",
    dependencies: [.package(name: "attnbench", path: "../..")],
    targets: [
        .executableTarget(
            name: "own-kernel",
            dependencies: [.product(name: "AttentionBenchmarking", package: "attnbench")],
            path: "Sources")
    ],
    swiftLanguageModes: [.v6]
)
