import Panels

extension ReferencePanelTests.Known {
    /// What the files hold, summed by a program of another language.
    static let all = [
        quickstart, twoGeos, confounded, geoMedia, geoAll, national, fullFunnel, robyn,
    ]

    private static let quickstart = Self(
        file: "pymc_mmm_example.csv",
        geos: 1,
        periods: 179,
        days: "2018-04-02 2021-08-30",
        outcome: 946_005.616_085_731_5,
        channels: ["x1": [55.325_602_516_213_29], "x2": [28.971_148_350_907_363]],
        others: ["event_1": 1, "event_2": 1, "t": 15_931]
    )

    private static let twoGeos = Self(
        file: "pymc_mmm_multidimensional_example.csv",
        geos: 2,
        periods: 159,
        days: "2022-06-06 2025-06-16",
        outcome: 1_284_645.755_808_624_4,
        channels: ["x1": [1_346_683.438_401_751_7], "x2": [908_397.019_900_224_6]],
        others: ["event_1": 6, "event_2": 6],
        people: 2,
        hasEqualPopulations: true
    )

    private static let confounded = Self(
        file: "pymc_mmm_roas_data.csv",
        geos: 1,
        periods: 131,
        days: "2021-10-02 2024-03-30",
        outcome: 48_739.695_727_283_29,
        channels: ["x1": [109.440_618_637_756_43], "x2": [39.133_804_783_491_27]],
        others: ["trend": 288.061_084_134_590_9, "seasonality": 4.949_916_666_045_364]
    )

    private static let geoMedia = Self(
        file: "meridian_geo_media.csv",
        geos: 20,
        periods: 156,
        days: "2021-01-25 2024-01-15",
        outcome: 32_581_243_381.6,
        channels: [
            "Channel0": [27_156_895.065_56, 2_435_033_867],
            "Channel1": [29_394_408.509_002_32, 2_628_292_741],
            "Channel2": [27_749_086.001_131, 2_478_469_451],
            "Channel3": [37_440_308.497_77, 3_242_592_845],
        ],
        others: [
            "competitor_activity_score_control": -146.406_566_135,
            "sentiment_score_control": 125.165_835_790_235,
        ],
        people: 10_886_828.42,
        value: 109.225_491_147
    )

    private static let geoAll = Self(
        file: "meridian_geo_all_channels.csv",
        geos: 40,
        periods: 156,
        days: "2021-01-25 2024-01-15",
        outcome: 65_930_714_112.79,
        channels: [
            "Channel0": [40_501_713.079_978_2, 5_523_420_467],
            "Channel1": [31_320_298.202_364_6, 3_248_578_573],
            "Channel2": [12_079_349.341_539, 1_625_551_369],
            "Channel3": [87_860_358.248_886, 11_274_497_204],
            "Channel4": [47_730_683.477_718_17, 6_125_670_562],
        ],
        others: [
            "Organic_channel0_impression": 3_322_592_024, "Promo": 3_073.375_119_544,
            "competitor_sales_control": -277.130_891_533,
            "sentiment_score_control": -210.132_595_686,
        ],
        people: 21_696_753.31,
        value: 124.809_443_238
    )

    private static let national = Self(
        file: "meridian_national_all_channels.csv",
        geos: 1,
        periods: 156,
        days: "2021-01-25 2024-01-15",
        outcome: 65_930_714_112.79,
        channels: geoAll.channels,
        others: [
            "Organic_channel0_impression": 3_322_592_024, "Promo": 77.326_731_918_471_34,
            "competitor_sales_control": -6.995_445_267_992_748,
            "sentiment_score_control": -4.111_345_820_995_480_5,
        ],
        value: 3.120_236_080_95
    )

    private static let fullFunnel = Self(
        file: "meridian_geo_full_funnel_data.csv",
        geos: 20,
        periods: 156,
        days: "2021-01-25 2024-01-15",
        outcome: 34_234_580_397.96,
        channels: [
            "AwarenessVideo": [42_275_725.106_984, 3_593_359_473],
            "PerformanceDisplay": [34_503_678.288_684, 2_960_804_901],
            "PerformanceNative": [32_740_118.658_09, 2_810_219_460],
        ],
        others: [
            "BrandedGQV_control": 42_536_215_999, "GenericGQV_control": -193.019_183_901_6,
        ],
        people: 10_463_723.8,
        value: 109.185_416_714
    )

    private static let robyn = Self(
        file: "robyn_dt_simulated_weekly.csv",
        geos: 1,
        periods: 208,
        days: "2015-11-23 2019-11-11",
        outcome: 379_005_696.666_666_7,
        channels: [
            "tv": [3_087_487.773_333_333_4], "ooh": [8_989_331.733_333_334],
            "print": [775_555.511_111_111_1],
            "facebook": [446_296.827_869_457_8, 1_695_910_319.592_777],
            "search": [1_230_426.666_666_666_7, 3_524_603.024_226_346_5],
        ],
        others: [
            "newsletter": 4_656_396.923_076_922, "competitor_sales_B": 1_151_909_180,
            "events=event1": 1, "events=event2": 1,
        ],
        rules: [.exposureWithoutSpend, .costJump]
    )

    /// The days of German holidays in the 208 weeks of the last of them.
    static let germanHolidays: [String: Double] = [
        "Christmas Day": 4, "Second Day of Christmas": 4, "New Year's Day": 4, "Good Friday": 4,
        "Easter Monday": 4, "Labor Day": 4, "Ascension Day": 4, "Whit Monday": 4,
        "German Unity Day": 4, "Reformation Day": 1,
    ]
}
