import Reports

/// Numbers read the same in tables and on pages.
typealias Quantities = Reports.Quantities
