//! Tables as text for spreadsheets (RFC 4180): every cell that needs it is quoted, and none is taken for a
//! formula.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A table that is being written.
#[derive(Debug, Default)]
pub struct Table(String);

impl Table {
    /// A table with these heads.
    pub fn new(heads: &[&str]) -> Self {
        let mut table = Self::default();
        table.row(heads.iter().copied());
        table
    }

    /// One more row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.cell(cell);
        }
        self.0.push_str("\r\n");
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.0
    }

    fn cell(&mut self, text: &str) {
        let is_formula = text.starts_with(FORMULA);
        let is_quoted = text.contains([',', '"', '\r', '\n']);
        if is_quoted {
            self.0.push('"');
        }
        if is_formula {
            self.0.push('\'');
        }
        if is_quoted {
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut table = Table::default();
        table.row(cells.iter().copied());
        table.into_text()
    }

    #[test]
    fn what_would_break_a_row_is_quoted() {
        assert_eq!(row(&["a", "", "b c"]), "a,,b c\r\n");
        assert_eq!(
            row(&["a,b", "say \"hi\"", "two\nlines"]),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(
            row(&["=1+1", "@SUM(A1)", "-2", "+3", "\t=1"]),
            "'=1+1,'@SUM(A1),'-2,'+3,'\t=1\r\n"
        );
        assert_eq!(
            row(&["=HYPERLINK(\"x\",\"y\")"]),
            "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\r\n"
        );
    }
}
