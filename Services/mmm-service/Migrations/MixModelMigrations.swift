/// The tables that the mix model has in each tenant's schema.
public enum MixModelMigrations {
    /// The area.
    public static let area = "mmm"
    /// The names without `.sql`, and the texts, in order.
    public static let files = [
        ("m0001_calibrations", PackageResources.m0001_calibrations_sql)
    ]
}
