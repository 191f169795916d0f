import Records

extension KernelOrigin {
    /// Of a kernel of this program, in the place that its first builds gave it.
    public static func planted(_ kernel: String, variantOf: String? = nil) -> KernelOrigin {
        KernelOrigin(
            engine: EngineIdentity(name: EngineIdentity.builtInName, version: "planted"),
            place: Version1Kernel.place(of: kernel), variantOf: variantOf)
    }
}
