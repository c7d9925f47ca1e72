internal import Panels
internal import Wire

/// What is told of a file for a mix model.
struct MixReport {
    /// What is wrong, and what is good to know.
    private(set) var findings = PanelFindings()
    /// The role of each column, in the file's order.
    private(set) var roles: [(column: String, role: String)] = []
    /// What the file holds; nil if it could not be read.
    private(set) var panel: Panel?

    /// Reads a file, and looks at what it holds.
    ///
    /// - Parameters:
    ///   - options: what is said of it.
    ///   - bytes: all of it.
    init(_ options: MixOptions, _ bytes: [UInt8]) {
        do throws(PanelFindings) {
            try read(options, bytes)
        } catch {
            findings.add(error)
        }
    }

    private mutating func read(_ options: MixOptions, _ bytes: [UInt8]) throws(PanelFindings) {
        let table = try options.declaration.table(bytes.rawBytes)
        let chosen = try options.declaration.roles(of: table)
        roles = chosen.shown(for: table)
        let reading = try options.declaration.reading(table, chosen)
        findings.add(reading.findings)
        var contract = options.contract
        contract.isOutcomeMoney = reading.isOutcomeMoney
        findings.add(contract.check(reading.panel))
        panel = reading.panel
    }

    /// For people: the columns, what they hold, and the findings.
    var text: String {
        var parts: [String] = []
        if !roles.isEmpty {
            parts.append(
                TextTable.text([["column", "role"]] + roles.map { [$0.column, $0.role] })
            )
        }
        if let panel { parts.append(Self.summary(panel)) }
        parts.append(
            findings.all.isEmpty ? "nothing is wrong with it" : "\(findings)"
        )
        return parts.joined(separator: "\n\n")
    }

    private static func summary(_ panel: Panel) -> String {
        let noun = panel.daysPerPeriod == 1 ? "days" : "weeks"
        let ends = [panel.periods.first, panel.periods.last].compactMap { $0.map { "\($0)" } }
        return TextTable.text([
            [noun, "\(panel.periods.count), from " + ends.joined(separator: " to ")],
            ["geos", "\(panel.geos.count)"],
            ["channels", "\(panel.channels.count)"],
            ["fingerprint", panel.fingerprint],
        ])
    }

    /// For programs: the same.
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("refused", .boolean(findings.isRefusal)),
            ("roles", .object(roles.map { ($0.column, .string($0.role)) })),
        ]
        if let panel {
            members += [
                ("daysPerPeriod", .number(panel.daysPerPeriod)),
                ("periods", .array(panel.periods.map { .string("\($0)") })),
                ("geos", .array(panel.geos.map { .string($0.name) })),
                ("channels", .array(panel.channels.map { .string($0.name) })),
                ("fingerprint", .string(panel.fingerprint)),
            ]
        }
        members.append(("findings", .array(findings.all.map(Self.json))))
        members.append(("omittedFindings", .number(findings.omitted)))
        return .object(members)
    }

    private static func json(_ finding: PanelFinding) -> JSONValue {
        .object([
            ("severity", .string(finding.severity.rawValue)),
            ("rule", .string(finding.rule.rawValue)),
            ("columns", .array(finding.columns.map { .string($0) })),
            ("geo", JSONValue(finding.geo)),
            ("periods", .array(finding.periods.map { .string("\($0)") })),
            ("row", finding.row.map { .number($0) } ?? .null), ("text", JSONValue(finding.text)),
            ("problem", .string(finding.problem)), ("remedy", .string(finding.remedy)),
        ])
    }
}
