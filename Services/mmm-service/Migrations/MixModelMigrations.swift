/// The tables that the mix model has in each tenant's schema.
public enum MixModelMigrations {
    /// The area.
    public static let area = "mmm"
    /// The names without `.sql`, and the texts, in order.
    public static let files = [
        ("m0001_calibrations", PackageResources.m0001_calibrations_sql),
        ("m0002_models", PackageResources.m0002_models_sql),
        ("m0003_budget_plans", PackageResources.m0003_budget_plans_sql),
        ("m0004_results", PackageResources.m0004_results_sql),
        ("m0005_kept_panels", PackageResources.m0005_kept_panels_sql),
        ("m0006_joint_models", PackageResources.m0006_joint_models_sql),
        ("m0007_cross_validation", PackageResources.m0007_cross_validation_sql),
    ]
}
