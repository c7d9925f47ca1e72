import Files
import Foundation
import TestKit
import Testing
import Wire

@Suite("Kinds of files")
struct KindTests {
    /// The rows of a text that say something, by its own guess.
    private func read(_ text: String) throws -> (FileGuess, [FileRow], [FileReader.Row]) {
        let guess = try guess(text)
        let rows = try FilesTests.read(Array(text.utf8), guess.plan)
        let said = rows.compactMap { row -> FileRow? in
            if case .read(let said) = row.fate { said } else { nil }
        }
        return (guess, said, rows)
    }

    private func spend(_ text: String) throws -> (FileGuess, [FileSpend], [FileReader.Row]) {
        let (guess, said, rows) = try read(text)
        #expect(guess.plan.kind == .spend, "\(guess.kind)")
        #expect(guess.isReadable && guess.findings.isEmpty, "\(guess.findings)")
        let spend = said.compactMap { if case .spend(let row) = $0 { row } else { nil } }
        return (guess, spend, rows)
    }

    @Test("include Google Ads' exports, with a title above and totals below")
    func googleAds() throws {
        let (guess, spend, rows) = try spend(
            """
            Campaign report
            "January 1, 2026 - January 31, 2026"
            Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value
            2026-01-01,"Brand, exact",123,EUR,"1,234.56","10,000",250,12.50,"2,000.00"
            2026-01-02,Generic, --,EUR,0.00,0,0,0.00, --
            Total: Campaigns, --, --,EUR,"1,234.56","10,000",250,12.50,"2,000.00"
            Total: Account, --, --,EUR,"1,234.56","10,000",250,12.50,"2,000.00"

            """
        )
        #expect(guess.plan.platform == .googleAds)
        #expect(guess.plan.form == .delimited(Dialect(headerRecord: 3)))
        #expect(spend.map(\.spend.description) == ["1234.56", "0.00"])
        #expect(spend[0].campaign == "Brand, exact" && spend[0].campaignID == "123")
        #expect(spend[0].platform == "google_ads" && spend[0].currency == "EUR")
        #expect(spend[0].impressions?.description == "10000")
        #expect(spend[0].conversionValue?.description == "2000.00")
        #expect(spend[1].campaignID == nil && spend[1].conversionValue == nil)
        #expect(rows.suffix(2).map(\.fate) == [.passed(.total), .passed(.total)])
        #expect(rows.map(\.record) == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test("include Meta's exports, with the currency in a header and a first row of totals")
    func meta() throws {
        let (guess, spend, rows) = try spend(
            """
            "Campaign name","Day","Amount spent (USD)","Impressions","Link clicks","Reach",\
            "Results","Reporting starts","Reporting ends"
            "","",30.75,300,12,200,,"2026-01-01","2026-01-02"
            "A","2026-01-01",10.50,100,5,90,1,"2026-01-01","2026-01-01"
            "B","2026-01-02",20.25,200,7,150,2,"2026-01-02","2026-01-02"

            """
        )
        #expect(guess.plan.platform == .meta)
        #expect(spend.map(\.spend.description) == ["10.50", "20.25"])
        #expect(spend.allSatisfy { $0.currency == "USD" && $0.platform == "meta" })
        #expect(spend.map(\.campaign) == ["A", "B"])
        // Without a day it is no row of spend; nothing says that it is a total.
        guard case .rejected(let findings) = rows[1].fate else {
            Issue.record("a row without a day was read")
            return
        }
        #expect(findings.map(\.rule) == [.required])
    }

    @Test("include TikTok's exports")
    func tiktok() throws {
        let (guess, spend, rows) = try spend(
            """
            Campaign name,By Day,Cost,CPC (destination),CPM,Impressions,Clicks (destination),\
            CTR (destination),Conversions,Currency
            Launch,2026-02-01,55.10,0.55,5.51,10000,100,1.00%,4,GBP
            Total of 1 results,-,55.10,0.55,5.51,10000,100,1.00%,4,GBP
            Total,-,55.10,0.55,5.51,10000,100,1.00%,4,GBP

            """
        )
        #expect(guess.plan.platform == .tiktok)
        #expect(spend.map(\.spend.description) == ["55.10"])
        #expect(spend[0].clicks?.description == "100" && spend[0].currency == "GBP")
        #expect(rows.last?.fate == .passed(.total))
    }

    @Test("include Microsoft's exports, with a head of remarks and a foot")
    func microsoft() throws {
        let (guess, spend, rows) = try spend(
            """
            "Report Name: Campaign performance"
            "Report Time: 1/1/2026 - 1/31/2026"
            "Time Zone: GMT"

            "Gregorian date","Account name","Campaign name","Currency code","Spend",\
            "Impressions","Clicks","Conversions","Revenue"
            "1/31/2026","Shop","Search DE","EUR","12.34","1000","10","1","99.90"
            "2/1/2026","Shop","Search DE","EUR","2.00","100","1","0","0.00"

            "©2026 Microsoft Corporation. All rights reserved."

            """
        )
        #expect(guess.plan.platform == .microsoft)
        #expect(guess.plan.format.dateOrder == .monthFirst)
        #expect(guess.plan.form == .delimited(Dialect(headerRecord: 5)))
        #expect(spend.map(\.day.description) == ["2026-01-31", "2026-02-01"])
        #expect(spend[0].conversionValue?.description == "99.90")
        #expect(rows.last?.fate == .passed(.total))
    }

    @Test("include spend with semicolons, decimal commas and days first")
    func german() throws {
        let (guess, spend, _) = try spend(
            """
            Datum;Kanal;Kampagne;Kosten (EUR);Klicks
            31.01.2026;Suche;"Marke; exakt";1.234,56 €;1.000
            01.02.2026;Suche;Rest;0,50;7

            """
        )
        #expect(guess.plan.format.decimalSeparator == .comma)
        #expect(spend.map(\.spend.description) == ["1234.56", "0.50"])
        #expect(spend.map(\.day.description) == ["2026-01-31", "2026-02-01"])
        #expect(spend[0].campaign == "Marke; exakt" && spend[0].currency == "EUR")
        #expect(spend[0].clicks?.description == "1000")
    }

    @Test("ask for the order of dates where all could be read either way")
    func ambiguousDates() throws {
        let text = "day,channel,spend\n03/04/2026,a,1.5\n05/02/2026,a,2\n"
        let guess = try guess(text)
        #expect(guess.findings.map(\.rule) == [.undeclaredDates])
        let rows = try FilesTests.read(Array(text.utf8), guess.plan)
        for row in rows.dropFirst() {
            guard case .rejected(let findings) = row.fate else {
                Issue.record("an ambiguous date was read")
                continue
            }
            #expect(findings.map(\.rule) == [.ambiguousDate])
            #expect(findings[0].column == "day" && findings[0].record == row.record)
        }
        var plan = guess.plan
        plan.format.dateOrder = .dayFirst
        let declared = try guess.preview(plan, now: today)
        let days = declared.compactMap { row -> String? in
            guard case .read(.spend(let spend)) = row.fate else { return nil }
            return spend.day.description
        }
        #expect(days == ["2026-04-03", "2026-02-05"])
    }

    @Test("include events, whose faults are found one by one and cost no neighbour")
    func events() throws {
        let (guess, said, rows) = try read(
            """
            event_id,event_type,visitor_id,timestamp,url,utm_source,revenue,currency,order_id
            e1,page,v1,2026-05-01T10:00:00Z,https://a.example/?x=1,google,,,
            e2,conversion,v1,2026-05-01T10:05:00+02:00,,,"1,059.90",eur,1001
            e3,conversion,,1989-12-31T23:59:59Z,,,nan,EURO,1002
            e4,jump,v2,2026-06-03T00:00:01Z,,,1e13,USD,
            e5,click,v2,2026-06-02T23:59:59Z,,,,,

            """
        )
        #expect(guess.plan.kind == .events && guess.isReadable)
        #expect(said.count == 3)
        guard case .event(let order) = said[1] else {
            Issue.record("no event")
            return
        }
        #expect(order.eventID == "e2" && order.kind == .conversion && order.orderID == "1001")
        #expect(order.value?.description == "1059.90" && order.currency == "EUR")
        #expect(order.time.microseconds == 1_777_622_700_000_000)
        let findings = rows.compactMap { row -> [Finding.Rule]? in
            if case .rejected(let findings) = row.fate { findings.map(\.rule) } else { nil }
        }
        #expect(
            findings == [
                [.dateTooEarly, .required], [.dateInFuture, .eventKind],
            ]
        )
        guard case .rejected(let first) = rows[3].fate else { return }
        #expect(first[0].byteOffset == rows[3].byteOffset && first[0].record == 4)
        #expect(first[0].excerpt == "1989-12-31T23:59:59Z" && first[0].column == "timestamp")
    }

    @Test("name field, rule and remedy of what money must not be")
    func money() throws {
        let text = """
            date,channel,spend,currency
            2026-01-01,a,-1,EUR
            2026-01-01,a,NaN,EUR
            2026-01-01,a,Infinity,EUR
            2026-01-01,a,1000000000000,EUR
            2026-01-01,a,,EUR
            2026-01-01,a,1.0000005,EURO
            2026-01-01,a,999999999999.999999,EUR
            2026-01-01,a,1.0000005,EUR
            2026-01-01,a,5,EUR,extra
            2026-01-01,a
            """
        let (_, spend, rows) = try spend(text)
        #expect(spend.map(\.spend.description) == ["999999999999.999999", "1.000000"])
        let rules = rows.dropFirst().map { row -> Finding.Rule? in
            guard case .rejected(let findings) = row.fate, findings.count == 1 else { return nil }
            #expect(!findings[0].remedy.isEmpty && !findings[0].excerpt.isEmpty)
            return findings[0].rule
        }
        #expect(
            rules == [
                .negativeSpend, .notFinite, .notFinite, .tooLarge, .required, .currency, nil, nil,
                .tooManyCells, .truncatedRow,
            ]
        )
    }

    @Test("include rows of GA4's export, with parameters by their keys")
    func ga4() throws {
        let line = """
            {"event_date":"20260501","event_timestamp":"1777629600000000","event_name":"purchase",\
            "event_params":[{"key":"ga_session_id","value":{"string_value":null,"int_value":"77",\
            "double_value":null}},{"key":"page_location","value":{"string_value":\
            "https://a.example/"}},{"key":"currency","value":{"string_value":"EUR"}}],\
            "user_pseudo_id":"1.2","event_bundle_sequence_id":"5","traffic_source":{"source":\
            "first"},"collected_traffic_source":{"manual_source":"news","manual_medium":"email"},\
            "ecommerce":{"transaction_id":"T1","purchase_revenue":59.9},"items":[{"item_id":"x"}]}
            """
        let (guess, said, _) = try read(line + "\n" + line.replacing("\"5\"", with: "\"6\"") + "\n")
        #expect(guess.plan.kind == .ga4 && guess.isReadable)
        let events = said.compactMap { if case .event(let event) = $0 { event } else { nil } }
        #expect(events.count == 2)
        let event = events[0]
        #expect(event.kind == .conversion && event.visitorID == "1.2" && event.sessionID == "77")
        #expect(event.source == "news" && event.medium == "email")
        #expect(event.url == "https://a.example/" && event.orderID == "T1")
        #expect(event.value?.description == "59.9" && event.currency == "EUR")
        #expect(event.time.microseconds == 1_777_629_600_000_000)
        #expect(event.eventID == "1777629600000000|purchase|1.2|5")
        #expect(events[1].eventID != event.eventID)
    }

    @Test("include paths with any separator")
    func paths() throws {
        for separator in [" > ", ">", " -> ", "→", " | ", ";", " / "] {
            let text =
                "path\tconversions\tvalue\tnulls\n"
                + "a\(separator)b c\(separator)a\t2\t9.5\t3\nd\t0\t\t1\n"
            let (guess, said, _) = try read(text)
            #expect(guess.plan.kind == .paths, "\(separator)")
            guard case .path(let first) = said.first, case .path(let last) = said.last else {
                Issue.record("no paths")
                continue
            }
            #expect(first.steps == ["a", "b c", "a"], "\(separator)")
            #expect(first.conversions.description == "2" && first.value.description == "9.5")
            #expect(last.steps == ["d"] && last.value == .zero && last.nulls.description == "1")
        }
    }

    @Test("include outcomes and covariates, in columns of their own or by name")
    func series() throws {
        let cases: [(String, FileKind, [String])] = [
            ("date,geo,revenue\n2026-01-01,DE,5\n", .kpi, ["revenue=5"]),
            ("date,metric,value\n2026-01-01,orders,7\n", .kpi, ["orders=7"]),
            ("date,rain,price\n2026-01-01,1.5,2\n", .covariates, ["rain=1.5", "price=2"]),
            ("date,variable,value\n2030-01-01,rain,3\n", .covariates, ["rain=3"]),
        ]
        for (text, kind, values) in cases {
            let (guess, said, _) = try read(text)
            #expect(guess.plan.kind == kind && guess.isReadable, "\(text)")
            guard case .series(let row) = said.first else {
                Issue.record("no series in \(text)")
                continue
            }
            let shown = row.values.map { value in
                if case .number(let number) = value.content {
                    "\(value.name)=\(number)"
                } else {
                    ""
                }
            }
            #expect(shown == values)
        }
    }

    @Test("are refused where they are none")
    func refused() throws {
        let cases: [(String, Finding.Rule)] = [
            ("", .empty), ("\n\n", .empty), ("[{\"a\":1}]", .jsonArray),
            ("PK\u{3}\u{4}rest of a spreadsheet", .binary),
        ]
        for (text, rule) in cases {
            let error = #expect(throws: Finding.self) { try guess(text) }
            #expect(error?.rule == rule, "\(text)")
        }
        let headless = try guess("2026-01-01,a,5\n2026-01-02,a,6\n")
        #expect(headless.findings.map(\.rule).contains(.noHeader))
        let doubled = try guess("date,channel,spend,spend\n2026-01-01,a,5,6\n")
        #expect(doubled.findings.map(\.rule) == [.doubledHeader])
        let numbers = try guess("date,channel,spend\n2026-01-01,a,\"1,234\"\n")
        #expect(numbers.findings.map(\.rule) == [.undeclaredNumbers])
        let latin = Array("date,channel,spend\n2026-01-01,".utf8) + [0xFC] + Array(",5\n".utf8)
        let foreign = try FileGuess(start: latin.rawBytes, isWhole: true)
        #expect(foreign.findings.map(\.rule) == [.notUTF8])
    }

    @Test("are held to the columns that were declared")
    func wrongColumns() throws {
        let plan = try guess("date,channel,spend\n2026-01-01,a,5\n").plan
        let error = #expect(throws: Finding.self) {
            try FilesTests.read(Array("date,spend,channel\n2026-01-01,5,a\n".utf8), plan)
        }
        #expect(error?.rule == .wrongColumns)
        var reader = FileReader(plan, now: today)
        let bytes = Array("date,spend,channel\n2026-01-01,5,a\n".utf8)
        reader.append(bytes.rawBytes)
        for _ in 0..<3 {
            do throws(Finding) {
                _ = try reader.next()
                Issue.record("a file of other columns is read on")
            } catch {
                #expect(error.rule == .wrongColumns)
            }
        }
    }

    @Test("pass over empty rows and remarks")
    func passed() throws {
        let (guess, spend, rows) = try spend(
            "# made by hand\ndate,channel,spend\n# more\n,,\n2026-01-01,a,5\n"
        )
        #expect(guess.plan.form.delimiterAndHeader == [UInt8(ascii: ","), 2])
        #expect(spend.count == 1)
        #expect(
            rows.map(\.fate).prefix(4) == [
                .passed(.preamble), .passed(.header), .passed(.comment), .passed(.empty),
            ]
        )
    }
}

extension FileForm {
    fileprivate var delimiterAndHeader: [UInt8] {
        guard case .delimited(let dialect) = self else { return [] }
        return [dialect.delimiter, UInt8(dialect.headerRecord)]
    }
}
