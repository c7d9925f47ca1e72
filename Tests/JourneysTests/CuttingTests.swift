import Journeys
import Testing

/// Each rule by hand: times are days.
@Suite("Journeys that are cut out of a timeline")
struct CuttingTests {
    private static func touch(
        _ day: Double,
        _ kind: Timeline.Touch.Kind = .click
    ) -> Timeline.Touch {
        Timeline.Touch(time: time(day), kind: kind, place: 1)
    }

    private static func conversion(
        _ day: Double,
        after touches: Int,
        kind: String = "order",
        cancelled cancelDay: Double? = nil
    ) -> Timeline.Conversion {
        Timeline.Conversion(
            touchesBefore: touches,
            time: time(day),
            kind: kind,
            cancelledAt: cancelDay.map { time($0) }
        )
    }

    private static func time(_ day: Double) -> Int64 { Int64(day * Double(JourneySelection.day)) }

    private static func selection(asOf day: Double = 1_000) -> JourneySelection {
        JourneySelection(range: 0..<time(2_000), asOf: time(day))
    }

    /// What each journey came to and its touches.
    private static func cut(
        _ touches: [Timeline.Touch],
        _ conversions: [Timeline.Conversion] = [],
        by selection: JourneySelection = selection()
    ) -> [String] {
        let timeline = Timeline(touches: touches, conversions: conversions)
        return selection.found(in: timeline).map { "\($0.end) \($0.touches)" }
    }

    @Test("belong to the conversion that follows, by their place")
    func cycles() {
        let touches = [Self.touch(1), Self.touch(2), Self.touch(2), Self.touch(3)]
        let conversions = [Self.conversion(2, after: 2), Self.conversion(3, after: 4)]
        #expect(Self.cut(touches, conversions) == ["conversion(0) [0, 1]", "conversion(1) [2, 3]"])
    }

    @Test("go by those conversions that count")
    func counting() {
        let touches = [Self.touch(1), Self.touch(2), Self.touch(3)]
        let conversions = [
            Self.conversion(1, after: 1, kind: "lead"),
            Self.conversion(2, after: 2, cancelled: 2), Self.conversion(3, after: 3),
        ]
        #expect(Self.cut(touches, conversions) == ["conversion(0) [0]", "conversion(2) [1, 2]"])
        var selection = Self.selection()
        selection.kinds = ["order"]
        #expect(Self.cut(touches, conversions, by: selection) == ["conversion(2) [0, 1, 2]"])
        selection.kinds = ["call"]
        #expect(Self.cut(touches, conversions, by: selection) == ["null [0, 1, 2]"])
    }

    @Test("come to nothing where the silence is too long, and not one microsecond sooner")
    func silence() {
        var late = Self.touch(31)
        #expect(Self.cut([Self.touch(1), late]) == ["null [0, 1]"])
        late.time += 1
        #expect(Self.cut([Self.touch(1), late]) == ["null [0]", "null [1]"])
        let order = [Self.conversion(31, after: 1)]
        #expect(Self.cut([Self.touch(1)], order) == ["conversion(0) [0]"])
        var later = order
        later[0].time += 1
        #expect(Self.cut([Self.touch(1)], later) == ["null [0]", "conversion(0) []"])
    }

    @Test("of a conversion have the touches within the windows of their kinds")
    func windows() {
        let touches = [
            Self.touch(0, .session), Self.touch(23 - 0.001, .impression), Self.touch(23, .click),
            Self.touch(23, .impression), Self.touch(24, .direct), Self.touch(25, .message),
        ]
        let order = [Self.conversion(30, after: 6)]
        #expect(Self.cut(touches, order) == ["conversion(0) [0, 2, 3, 4, 5]"])
        var selection = Self.selection()
        selection.clickWindow = 6 * JourneySelection.day
        #expect(Self.cut(touches, order, by: selection) == ["conversion(0) [3, 4, 5]"])
        selection.viewWindow = nil
        #expect(Self.cut(touches, order, by: selection) == ["conversion(0) [1, 3, 4, 5]"])
        selection.clickWindow = nil
        #expect(Self.cut(touches, order, by: selection) == ["conversion(0) [0, 1, 2, 3, 4, 5]"])
    }

    @Test("without a touch are not lost")
    func unattributed() {
        #expect(
            Self.cut([], [Self.conversion(1, after: 0), Self.conversion(1, after: 0)])
                == ["conversion(0) []", "conversion(1) []"]
        )
        let view = [Self.touch(1, .impression)]
        #expect(Self.cut(view, [Self.conversion(9, after: 1)]) == ["conversion(0) []"])
    }

    @Test("are open until they are closed")
    func open() {
        let touches = [Self.touch(1), Self.touch(40)]
        #expect(Self.cut(touches, by: Self.selection(asOf: 70)) == ["null [0]", "open [1]"])
        #expect(Self.cut(touches, by: Self.selection(asOf: 70.5)) == ["null [0]", "null [1]"])
    }

    @Test("know nothing of what comes later")
    func asOf() {
        let touches = [Self.touch(1), Self.touch(2), Self.touch(3)]
        let order = [Self.conversion(2.5, after: 2)]
        #expect(Self.cut(touches, order, by: Self.selection(asOf: 0)) == [])
        #expect(Self.cut(touches, order, by: Self.selection(asOf: 2)) == ["open [0, 1]"])
        let known = Self.selection(asOf: 2.5)
        #expect(Self.cut(touches, order, by: known) == ["conversion(0) [0, 1]"])
        // Also of what became of conversions.
        let undone = [Self.conversion(2.5, after: 2, cancelled: 10)]
        let before = Self.selection(asOf: 9.9)
        #expect(Self.cut(touches, undone, by: before) == ["conversion(0) [0, 1]", "open [2]"])
        #expect(Self.cut(touches, undone, by: Self.selection(asOf: 10)) == ["open [0, 1, 2]"])
        var paidBack = order[0]
        (paidBack.value, paidBack.currency) = (100, "EUR")
        paidBack.refunds = [
            .init(time: Self.time(4), millionths: 30), .init(time: Self.time(8), millionths: 70),
        ]
        let values = [3.9, 4, 7.9, 8].map { day in
            var selection = Self.selection(asOf: day)
            selection.valueMode = .net
            return selection.value(of: paidBack)
        }
        #expect(values == [100, 70, 70, 0])
    }

    @Test("are those of a new customer up to the first conversion that counts")
    func customers() {
        let timeline = Timeline(
            touches: [Self.touch(1), Self.touch(50), Self.touch(100), Self.touch(150)],
            conversions: [
                Self.conversion(1, after: 1, cancelled: 1), Self.conversion(51, after: 2),
                Self.conversion(101, after: 3),
            ]
        )
        var selection = Self.selection()
        func taken() -> [String] {
            var taken: [String] = []
            selection.journeys(of: timeline) { journey in
                if selection.contains(journey) { taken.append("\(journey.end)") }
            }
            return taken
        }
        #expect(taken() == ["null", "conversion(1)", "conversion(2)", "null"])
        selection.customers = .new
        #expect(taken() == ["null", "conversion(1)"])
        selection.customers = .returning
        #expect(taken() == ["conversion(2)", "null"])
        selection.range = Self.time(101)..<Self.time(150)
        #expect(taken() == ["conversion(2)"])
    }

    @Test("stand times at both ends of time")
    func extremes() {
        let timeline = Timeline(
            touches: [
                .init(time: .min, kind: .click, place: 1),
                .init(time: .max, kind: .click, place: 1),
            ]
        )
        let selection = JourneySelection(range: .min..<(.max), asOf: .max)
        #expect(
            selection.found(in: timeline).map { "\($0.end) \($0.touches)" }
                == ["null [0]", "open [1]"]
        )
    }
}
