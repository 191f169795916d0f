extension WeightScheme {
    /// gpt-oss: experts in MXFP4, everything else as it was.
    static let mxfp4 = WeightScheme(names: ["mxfp4", "gpt_oss_mxfp4"]) { section, plain throws(ConfigurationError) in
        let excepted = [except(try section.texts("modules_to_not_convert") ?? [])].compactMap { $0 }
        return WeightStorage(plain: plain, rules: excepted + [WeightStorage.Rule(.mxfp4, roles: [.expert])])
    }
}
