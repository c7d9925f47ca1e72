/// Where the contract draws its lines, and who drew them first.
public enum PanelThresholds {
    // MARK: Amount

    /// The fewest days: sixteen weeks, twice the eight over which carry-over is fitted by default.
    ///
    /// Our own.
    public static let leastDays = 112
    /// Days below which a yearly pattern is seen less than twice: two years of weeks.
    ///
    /// Our own: what is seen once cannot be told from a pattern.
    public static let seasonalDays = 728
    /// Cells per parameter below which nothing is trained.
    ///
    /// Our own.
    public static let leastCellsPerParameter = 2.0
    /// Cells per parameter below which results are doubted.
    ///
    /// Meridian's documentation (Amount of data needed) calls 4 too few and 15 fair, not counting
    /// what carry-over and saturation take, with which its examples have some 2 and 7; Robyn's
    /// `check_datadim` asks for ten rows for each column, and media take three parameters.
    public static let fewCellsPerParameter = 5.0

    // MARK: Outcome

    /// The robust z, 0.6745·(x − median)/MAD, beyond which a value is unlike all others.
    ///
    /// Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993). Of many values it is
    /// ``outlierChance`` that counts.
    public static let outlier = 3.5
    /// How likely it may be that any value of a normal outcome is taken for an outlier.
    ///
    /// The line is as far out as Bonferroni's inequality puts it for so many values.
    public static let outlierChance = 0.05
    /// The share of zeros beyond which noise that is normal does not fit an outcome.
    ///
    /// Our own.
    public static let zeroShare = 0.5

    // MARK: Media

    /// The share of all spend below which a channel's effect drowns.
    ///
    /// Meridian's data analysis warns of “a very small share of spend” without a number.
    public static let tinyShare = 0.01
    /// The share of exposure without spend, or of spend without exposure, that is only noted.
    ///
    /// Our own.
    public static let strayShare = 0.01
    /// The share of a channel's spend that must not fall into few periods.
    ///
    /// Our own.
    public static let concentratedShare = 0.8
    /// The fewest periods that such a share may be spent in: as many as carry-over reaches.
    ///
    /// Our own.
    public static let fewestPeriods = 8
    /// The least share of all periods that it may be spent in.
    ///
    /// Our own.
    public static let leastPeriodShare = 0.05
    /// How far beyond the quartiles a cost per unit is unlike others, in distances between them.
    ///
    /// Tukey (Exploratory Data Analysis, 1977), as in Meridian's data analysis.
    public static let quartileDistances = 1.5
    /// How many times the median a cost per unit must be beside that, or its inverse.
    ///
    /// Our own.
    public static let costFactor = 2.0

    // MARK: Columns together

    /// The correlation from which two columns are one: Meridian's data analysis fails there.
    public static let sameCorrelation = 0.999
    /// The correlation from which two columns are hard to tell apart: of two alone it is a variance
    /// inflation of ``highInflation``.
    public static let highCorrelation = 0.95
    /// The variance inflation beyond which nothing is trained: Meridian's data analysis fails
    /// there.
    public static let extremeInflation = 1_000.0
    /// The variance inflation beyond which effects are badly known: Kutner, Nachtsheim and Neter
    /// (Applied Linear Regression Models, 2004, 10.5).
    public static let highInflation = 10.0
    /// The condition index beyond which few columns nearly add up to nothing: Belsley, Kuh and
    /// Welsch (Regression Diagnostics, 1980, 3.2).
    public static let highCondition = 30.0
    /// The share of a coefficient's variance that makes its column one of those: the same.
    public static let varianceShare = 0.5

    // MARK: Geos

    /// How many geos it takes to compare them.
    public static let comparableGeos = 5
    /// The rank correlation of population and outcome below which the one does not scale the other.
    ///
    /// Our own.
    public static let leastPopulationCorrelation = 0.5
    /// How many times the outcome per head may differ between geos.
    ///
    /// Our own.
    public static let perHeadFactor = 10.0
}
