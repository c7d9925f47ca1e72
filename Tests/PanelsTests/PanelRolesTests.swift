import Testing

@testable import Panels

/// What columns are to a model.
@Suite struct PanelRolesTests {
    /// The roles that a header is guessed to have, with a row of days, words and numbers below.
    private func guess(_ header: String, words: Set<String> = []) throws -> [String] {
        let names = header.split(separator: ",")
        let cells = names.map { name in
            let isDay = ["date", "week", "time", "ds"].contains { name.lowercased().hasPrefix($0) }
            return isDay ? "2026-01-05" : words.contains(String(name)) ? "word" : "1"
        }
        let table = try PanelTable(header + "\n" + cells.joined(separator: ",") + "\n")
        return PanelRoles.guess(table).shown(for: table).map(\.role)
    }

    @Test func commonNames() throws {
        let roles = try guess(
            "Week,Region,tv_spend,tvImpressions,Cost Search,search clicks,Radio Reach,radio_spend,"
                + "radio_frequency,orders,avg,price,newsletter,competitor_sales,population",
            words: ["Region"]
        )
        #expect(
            roles == [
                "date", "geo", "spend:tv", "exposure:tv", "spend:Search", "exposure:Search",
                "reach:radio", "spend:radio", "frequency:radio", "outcome", "ignore", "treatment",
                "organic", "control", "population",
            ]
        )
    }

    @Test func reachAndFrequency() throws {
        #expect(
            try guess("date,y,tv_spend,tv_reach,tv_frequency,tv_impressions")
                == ["date", "outcome", "spend:tv", "reach:tv", "frequency:tv", "ignore"]
        )
        #expect(
            try guess("date,y,tv_spend,tv_reach,web_views,web_clicks,x9")
                == ["date", "outcome", "spend:tv", "exposure:tv", "organic", "organic", "spend:x9"]
        )
    }

    @Test func outcomes() throws {
        #expect(try guess("date,sales,orders,a_cost")[1...2] == ["revenue", "ignore"])
        #expect(
            try guess("date,orders,revenue_per_order,a_cost")
                == ["date", "outcome", "value", "spend:a"]
        )
        #expect(try guess("date,net_revenue,a_cost")[1] == "revenue")
        #expect(try guess("date,cost_per_click,y")[1] == "ignore")
        #expect(try guess("date,events,y", words: ["events"])[1] == "events")
    }

    @Test func geosMayBeNumbers() throws {
        #expect(try guess("date,dma,y,a_cost") == ["date", "geo", "outcome", "spend:a"])
        #expect(try guess("date,market_index,y,a_cost")[1] == "ignore")
        #expect(try guess("date,market_name,y,a_cost", words: ["market_name"])[1] == "geo")
        // Numbers of weeks are no days.
        #expect(try guess("date,month,y,a_cost")[...1] == ["date", "ignore"])
    }

    @Test func wordsAndRoles() {
        for word in PanelRole.words {
            let role = PanelRole(word: word, column: "tv_spend")
            let isOfChannel = ["spend", "exposure", "reach", "frequency"].contains(word)
            #expect(role?.word == (isOfChannel ? word + ":tv" : word))
        }
        #expect(PanelRole(word: "spend:TV", column: "c") == .spend(channel: "TV"))
        #expect(PanelRole(word: "spend", column: "cost") == .spend(channel: "cost"))
        #expect(PanelRole(word: "geo:x", column: "c") == nil)
        #expect(PanelRole(word: "", column: "c") == nil)
    }

    @Test func overruled() throws {
        let table = try PanelTable(
            "date,y,x1,z\n2026-01-05,1,2,3\n2026-01-12,4,5,6\n"
        )
        var roles = PanelRoles.guess(table)
        #expect(roles.assigned == ["date", "x1", "y"])
        roles["z"] = .spend(channel: "radio")
        roles["x1"] = .control
        roles["y"] = .outcome(isMoney: true)
        let reading = try PanelReading(table, roles: roles)
        #expect(reading.isOutcomeMoney)
        #expect(reading.panel.channels == [PanelChannel(name: "radio", spend: [3, 6])])
        #expect(reading.panel.controls == [PanelColumn(name: "x1", values: [2, 5])])
    }
}
