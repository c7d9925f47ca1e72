import TestKit
import Testing
import Wire

@testable import Panels

/// Tables of text from files.
@Suite struct PanelTableTests {
    /// The cells of a table, row by row.
    private func cells(_ table: PanelTable) -> [[String]] {
        (0..<table.rowCount).map { row in table.columns.indices.map { table[row, $0] } }
    }

    @Test func plain() throws {
        let table = try PanelTable("date,tv spend,y\n2026-01-05,1.5,2\n2026-01-12,,3\n")
        #expect(table.columns == ["date", "tv spend", "y"])
        #expect(cells(table) == [["2026-01-05", "1.5", "2"], ["2026-01-12", "", "3"]])
        #expect(table.column("y") == 2)
        #expect(table.column("z") == nil)
    }

    @Test(arguments: [",", ";", "\t", "|"])
    func separators(_ separator: String) throws {
        let rows = [["a", "b", "c, d; e|f"], ["1", "2", "3,5;1|2"], ["x", "", ""]]
        let text = rows.map { row in
            row.map { "\"\($0)\"" }.joined(separator: separator)
        }.joined(separator: "\r\n")
        let table = try PanelTable(text)
        #expect(table.separator == Character(separator))
        #expect([table.columns] + cells(table) == rows)
    }

    @Test func quotesAndLineEnds() throws {
        let text =
            "\u{FEFF}\n \r\nname,\"said \"\"so\"\"\"\r\"two\nlines\",\" x \"\r\n\r\nin\"side,b\n"
        let table = try PanelTable(text)
        #expect(table.columns == ["name", "said \"so\""])
        #expect(cells(table) == [["two\nlines", "x"], ["in\"side", "b"]])
        // Blank rows count as spreadsheets count them.
        #expect([table.fileRow(0), table.fileRow(1)] == [4, 6])
    }

    @Test func blanksAndNamelessColumns() throws {
        let table = try PanelTable(",\u{A0} y\u{202F}\n 0 ,\t1 \n")
        #expect(table.columns == ["column 1", "y"])
        #expect(cells(table) == [["0", "1"]])
    }

    @Test func everyWrongRowIsTold() {
        let rows = (0..<150).map { $0.isMultiple(of: 2) ? "1,2" : "1,2,3" }
        let found = findings { () throws(PanelFindings) in
            _ = try PanelTable("a,b\n" + rows.joined(separator: "\n"))
            return PanelFindings()
        }
        #expect(found.all.count == 75)
        #expect(found.all.map(\.row) == (0..<75).map { 3 + 2 * $0 })
        #expect(found.all[0].text == "123")
        #expect(found.all[0].problem == "the row has 3 cells, the header 2")
    }

    @Test func bounds() throws {
        let wide = Array(repeating: "1", count: 1_000).joined(separator: ",")
        let head = (0..<1_000).map { "c\($0)" }.joined(separator: ",")
        let full = try PanelTable(
            head + "\n" + String(repeating: wide + "\n", count: 1_000)
        )
        #expect(full.rowCount == 1_000)
        for text in [
            head + "\n" + String(repeating: wide + "\n", count: 1_001), head + ",more\n" + wide,
        ] {
            let found = findings { () throws(PanelFindings) in
                _ = try PanelTable(text)
                return PanelFindings()
            }
            #expect(found.all.map(\.rule) == [.tooLarge])
        }
    }

    @Test func rowsFromElsewhere() throws {
        let table = try PanelTable(columns: ["a", "b"], rows: [["1", " 2 "], ["", "x"]])
        #expect(cells(table) == [["1", "2"], ["", "x"]])
        #expect(table.separator == nil && table.fileRow(1) == 2)
        #expect(try PanelTable(columns: ["a"], rows: []).rowCount == 0)
        for (columns, rows) in [
            (["a", "a"], [["1", "2"]]), (["a", "b"], [["1"]]), ([], []),
            ((0..<1_001).map { "\($0)" }, []),
            (["a"], [[String(repeating: "x", count: PanelTable.mostBytes + 1)]]),
        ] {
            let found = findings { () throws(PanelFindings) in
                _ = try PanelTable(columns: columns, rows: rows)
                return PanelFindings()
            }
            #expect(found.all.map(\.rule) == [.shape])
        }
    }

    @Test func widened() throws {
        let long = """
            day,place,channel,spend,views
            2026-01-05,a,tv,1,10
            2026-01-05,a,radio,2,20
            2026-01-12,a,tv,3,30
            2026-01-05,b,radio,4,40
            """
        let wide = try PanelTable(long).widened(by: "channel", values: ["spend", "views"])
        #expect(
            wide.columns == ["day", "place", "tv_spend", "tv_views", "radio_spend", "radio_views"]
        )
        #expect(
            cells(wide) == [
                ["2026-01-05", "a", "1", "10", "2", "20"], ["2026-01-12", "a", "3", "30", "", ""],
                ["2026-01-05", "b", "", "", "4", "40"],
            ]
        )
        let full = try PanelTable(long).widened(
            by: "channel",
            values: ["spend", "views"],
            absent: "0"
        )
        #expect(cells(full)[1] == ["2026-01-12", "a", "3", "30", "0", "0"])
        let single = try PanelTable("day,kpi,n\n1,a,5\n1,b,6\n").widened(by: "kpi", values: ["n"])
        #expect(single.columns == ["day", "a", "b"])
        #expect(cells(single) == [["1", "5", "6"]])
    }

    @Test func widenedRefuses() throws {
        let table = try PanelTable("day,kpi,n\n1,a,5\n1,a,6\n")
        let twice = findings { () throws(PanelFindings) in
            _ = try table.widened(by: "kpi", values: ["n"])
            return PanelFindings()
        }
        #expect(twice.all.map(\.rule) == [.duplicateRow])
        #expect(twice.all.first?.row == 3)
        let unknown = findings { () throws(PanelFindings) in
            _ = try table.widened(by: "what", values: ["m"])
            return PanelFindings()
        }
        #expect(unknown.all.map(\.columns) == [["what"], ["m"]])
    }
}
