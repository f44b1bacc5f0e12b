//! Why a text ended: a closed list, each with a code for programs and words for people.

use std::fmt;

/// Why the text ended where it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The model said that it was done.
    Model,
    /// The end of the line.
    Line,
    /// The end of the sentence.
    Sentence,
    /// The end of the table cell.
    Cell,
    /// The end of the comment or docstring.
    Comment,
    /// The next line is indented less than the block.
    Dedent,
    /// A blank line at the block's outer level.
    Paragraph,
    /// The next line already stands below the cursor.
    Suffix,
    /// As many lines as allowed.
    MaxLines,
    /// The soft time budget: ended with a whole line.
    SoftBudget,
    /// The deadline: ended anywhere.
    Deadline,
    /// The token limit: ended anywhere.
    MaxTokens,
    /// The cancel flag.
    Cancelled,
}

impl Ended {
    /// Returns the code, which stays the same whatever the words say.
    pub fn code(self) -> &'static str {
        match self {
            Ended::Model => "model",
            Ended::Line => "line",
            Ended::Sentence => "sentence",
            Ended::Cell => "cell",
            Ended::Comment => "comment",
            Ended::Dedent => "dedent",
            Ended::Paragraph => "paragraph",
            Ended::Suffix => "suffix",
            Ended::MaxLines => "max-lines",
            Ended::SoftBudget => "soft-budget",
            Ended::Deadline => "deadline",
            Ended::MaxTokens => "max-tokens",
            Ended::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ended::Model => "the model",
            Ended::Line => "the end of the line",
            Ended::Sentence => "the end of the sentence",
            Ended::Cell => "the end of the table cell",
            Ended::Comment => "the end of the comment",
            Ended::Dedent => "a line that is indented less",
            Ended::Paragraph => "a blank line",
            Ended::Suffix => "a line that stands below already",
            Ended::MaxLines => "`maxLines`",
            Ended::SoftBudget => "`timeBudgetMs`, with a whole line",
            Ended::Deadline => "`deadlineMs`, cut back to whole lines or words",
            Ended::MaxTokens => "`maxTokens`, cut back to whole lines or words",
            Ended::Cancelled => "cancelling",
        })
    }
}
