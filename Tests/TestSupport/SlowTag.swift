import Testing

extension Tag {
    /// Takes seconds, or needs optimised kernels: `scripts/test` runs it, `scripts/test MODULE` does not.
    @Tag public static var slow: Self
}
