internal import RPC
internal import Wire

/// Why routes cannot stand beside each other.
public enum RouteFault: Error, Equatable {
    /// Two methods have one route.
    case doubled(String)
    /// A route speaks of a field that its request does not have.
    case unknownField(String, route: String)
}

/// The routes of REST: from a verb and a path to a method, built once.
///
/// A tree of segments. Where both fit, text goes before `*`, and `*` before `**`; a custom verb
/// after a `:` goes before a segment that has a `:` in it.
struct RouteTable: Sendable {
    /// What a request's verb and path mean.
    enum Match {
        /// A route, and what its variables stand for.
        case route(Route, captures: [String])
        /// There are routes for the path, for these verbs only.
        case otherVerbs([String])
        /// A part of the path is not well formed.
        case malformed
        case none
    }

    private struct Leaf: Sendable {
        let verb: String
        let customVerb: String?
        let route: Int
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var any: Int?
        /// Routes that end here.
        var ends: [Leaf] = []
        /// Routes that end here, whatever follows.
        var rests: [Leaf] = []
    }

    private var nodes = [Node()]
    /// Routes without variables, by their whole paths: as text goes first, no other is before them.
    private var wholes: [String: [Leaf]] = [:]
    private var routes: [Route] = []

    /// The most segments that a path may have.
    private static let mostSegments = 64

    /// Lays out the table.
    ///
    /// - Parameter methods: each with its routes.
    /// - Throws: ``RouteFault``.
    init(_ methods: [MethodSchema]) throws(RouteFault) {
        for method in methods {
            for route in method.routes { try add(try Route(route, of: method)) }
        }
    }

    private mutating func add(_ route: Route) throws(RouteFault) {
        var node = 0
        var isRest = false
        for segment in route.template.segments {
            switch segment {
            case .literal(let text):
                let next = nodes[node].literals[text] ?? makeNode()
                nodes[node].literals[text] = next
                node = next
            case .any:
                let next = nodes[node].any ?? makeNode()
                nodes[node].any = next
                node = next
            case .rest: isRest = true
            }
        }
        let leaf = Leaf(
            verb: route.verb,
            customVerb: route.template.customVerb,
            route: routes.count
        )
        let there = isRest ? nodes[node].rests : nodes[node].ends
        guard !there.contains(where: { $0.verb == leaf.verb && $0.customVerb == leaf.customVerb })
        else { throw .doubled("\(route.verb) \(route.method.path)") }
        if let path = route.template.wholeText { wholes[path, default: []].append(leaf) }
        if isRest { nodes[node].rests.append(leaf) } else { nodes[node].ends.append(leaf) }
        routes.append(route)
    }

    private mutating func makeNode() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }

    /// Finds the route of a request.
    ///
    /// - Parameters:
    ///   - verb: in upper case.
    ///   - path: without the query.
    /// - Returns: the route, or why there is none.
    func match(_ verb: String, _ path: String) -> Match {
        guard path.utf8.first == UInt8(ascii: "/") else { return .none }
        if let leaf = wholes[path]?.first(where: { $0.verb == verb }) {
            return .route(routes[leaf.route], captures: [])
        }
        var segments = path.dropFirst().split(
            separator: "/",
            maxSplits: Self.mostSegments,
            omittingEmptySubsequences: false
        )
        var verbs: [String] = []
        if let last = segments.last, let colon = last.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let custom = last[last.utf8.index(after: colon)...]
            segments[segments.count - 1] = last[..<colon]
            if let route = find(0, segments[...], verb, custom, &verbs) {
                return captured(routes[route], segments)
            }
            segments[segments.count - 1] = last
        }
        if let route = find(0, segments[...], verb, nil, &verbs) {
            return captured(routes[route], segments)
        }
        return verbs.isEmpty ? .none : .otherVerbs(verbs)
    }

    private func find(
        _ node: Int,
        _ rest: ArraySlice<Substring>,
        _ verb: String,
        _ custom: Substring?,
        _ others: inout [String]
    ) -> Int? {
        guard let segment = rest.first else {
            return leaf(of: nodes[node].ends, verb, custom, &others)
                ?? leaf(of: nodes[node].rests, verb, custom, &others)
        }
        if let next = nodes[node].literals[String(segment)],
            let found = find(next, rest.dropFirst(), verb, custom, &others)
        {
            return found
        }
        if !segment.isEmpty, let next = nodes[node].any,
            let found = find(next, rest.dropFirst(), verb, custom, &others)
        {
            return found
        }
        return leaf(of: nodes[node].rests, verb, custom, &others)
    }

    private func leaf(
        of leaves: [Leaf],
        _ verb: String,
        _ custom: Substring?,
        _ others: inout [String]
    ) -> Int? {
        for leaf in leaves where leaf.customVerb.map({ $0[...] }) == custom {
            if leaf.verb == verb { return leaf.route }
            if !others.contains(leaf.verb) { others.append(leaf.verb) }
        }
        return nil
    }

    /// What the variables of a route stand for; a part that is bound to several segments keeps the
    /// slashes within them escaped.
    private func captured(_ route: Route, _ segments: [Substring]) -> Match {
        var captures: [String] = []
        for variable in route.template.variables {
            let isRest = route.template.segments[variable.segments].contains(.rest)
            let range = isRest ? variable.segments.lowerBound..<segments.count : variable.segments
            let text =
                range.count == 1
                ? PercentText.decode(segments[range.lowerBound])
                : PercentText.decode(segments[range].joined(separator: "/"), keepsSlashes: true)
            guard let text else { return .malformed }
            captures.append(text)
        }
        return .route(route, captures: captures)
    }
}

extension PathTemplate {
    /// The path of a template in which nothing varies and nothing is told; nil for others.
    fileprivate var wholeText: String? {
        guard variables.isEmpty else { return nil }
        var text = ""
        for segment in segments {
            guard case .literal(let part) = segment else { return nil }
            text += "/" + part
        }
        return customVerb.map { "\(text):\($0)" } ?? text
    }
}
