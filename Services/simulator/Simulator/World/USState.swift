/// A state of the USA, or its capital's district, with the people who lived there in April 2020.
///
/// United States Census Bureau, 2020 Census, resident population.
public struct USState: Hashable, Sendable {
    /// As ISO 3166-2 has it: `US-CA`.
    public let code: String
    /// What it is called.
    public let name: String
    /// How many people lived there.
    public let population: Int

    private init(_ code: String, _ name: String, _ population: Int) {
        (self.code, self.name, self.population) = ("US-" + code, name, population)
    }

    /// All of them, the most populous first.
    public static let all: [USState] = [
        USState("CA", "California", 39_538_223), USState("TX", "Texas", 29_145_505),
        USState("FL", "Florida", 21_538_187), USState("NY", "New York", 20_201_249),
        USState("PA", "Pennsylvania", 13_002_700), USState("IL", "Illinois", 12_812_508),
        USState("OH", "Ohio", 11_799_448), USState("GA", "Georgia", 10_711_908),
        USState("NC", "North Carolina", 10_439_388), USState("MI", "Michigan", 10_077_331),
        USState("NJ", "New Jersey", 9_288_994), USState("VA", "Virginia", 8_631_393),
        USState("WA", "Washington", 7_705_281), USState("AZ", "Arizona", 7_151_502),
        USState("MA", "Massachusetts", 7_029_917), USState("TN", "Tennessee", 6_910_840),
        USState("IN", "Indiana", 6_785_528), USState("MD", "Maryland", 6_177_224),
        USState("MO", "Missouri", 6_154_913), USState("WI", "Wisconsin", 5_893_718),
        USState("CO", "Colorado", 5_773_714), USState("MN", "Minnesota", 5_706_494),
        USState("SC", "South Carolina", 5_118_425), USState("AL", "Alabama", 5_024_279),
        USState("LA", "Louisiana", 4_657_757), USState("KY", "Kentucky", 4_505_836),
        USState("OR", "Oregon", 4_237_256), USState("OK", "Oklahoma", 3_959_353),
        USState("CT", "Connecticut", 3_605_944), USState("UT", "Utah", 3_271_616),
        USState("IA", "Iowa", 3_190_369), USState("NV", "Nevada", 3_104_614),
        USState("AR", "Arkansas", 3_011_524), USState("MS", "Mississippi", 2_961_279),
        USState("KS", "Kansas", 2_937_880), USState("NM", "New Mexico", 2_117_522),
        USState("NE", "Nebraska", 1_961_504), USState("ID", "Idaho", 1_839_106),
        USState("WV", "West Virginia", 1_793_716), USState("HI", "Hawaii", 1_455_271),
        USState("NH", "New Hampshire", 1_377_529), USState("ME", "Maine", 1_362_359),
        USState("RI", "Rhode Island", 1_097_379), USState("MT", "Montana", 1_084_225),
        USState("DE", "Delaware", 989_948), USState("SD", "South Dakota", 886_667),
        USState("ND", "North Dakota", 779_094), USState("AK", "Alaska", 733_391),
        USState("DC", "District of Columbia", 689_545), USState("VT", "Vermont", 643_077),
        USState("WY", "Wyoming", 576_851),
    ]
}
