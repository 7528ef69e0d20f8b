//! Which tags stand together on papers, by counting once.
//!
//! The work for a tag goes with its papers, so that for all tags goes with the papers and not with the
//! pairs of tags.

use super::Site;

/// This is a tag that stands beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Together {
    /// The index of the tag.
    pub tag: usize,
    /// How many papers have both.
    pub papers: usize,
}

/// One paper with both tags may be an accident.
const LEAST: usize = 2;

impl Site {
    /// Returns the tags that papers with a tag have, too; the most frequent first, then by slug.
    pub fn together(&self, tag: usize) -> Vec<Together> {
        let mut counts = vec![0usize; self.tags.len()];
        let mut met: Vec<usize> = Vec::new();
        let papers = self.tags[tag].papers.iter();
        for &other in papers.flat_map(|paper| &self.papers[*paper].tags) {
            if counts[other] == 0 && other != tag {
                met.push(other);
            }
            counts[other] += 1;
        }
        let mut found: Vec<Together> = met
            .into_iter()
            .map(|tag| Together {
                tag,
                papers: counts[tag],
            })
            .collect();
        found.sort_unstable_by_key(|other| (std::cmp::Reverse(other.papers), other.tag));
        found
    }

    /// Returns those of the tags beside a tag that stand there more often than by chance, the closest
    /// first: by normalised pointwise mutual information, for a frequent tag stands beside all others.
    /// A tag's own broader and narrower tags are left out.
    pub fn related_tags(&self, tag: usize, together: &[Together], limit: usize) -> Vec<Together> {
        let all = self.papers.len() as f64;
        let own = &self.tags[tag];
        let is_kin = |other: usize| own.broader == Some(other) || own.narrower.contains(&other);
        let closeness = |other: &Together| {
            let (a, b) = (
                own.papers.len() as f64,
                self.tags[other.tag].papers.len() as f64,
            );
            let both = other.papers as f64;
            (both * all / (a * b)).ln() / (all / both).ln()
        };
        let mut found: Vec<(f64, Together)> = together
            .iter()
            .filter(|other| other.papers >= LEAST && !is_kin(other.tag))
            .map(|other| (closeness(other), *other))
            .filter(|(closeness, _)| *closeness > 0.0)
            .collect();
        found.sort_by(|(a, one), (b, other)| {
            let close = b.total_cmp(a);
            close
                .then(other.papers.cmp(&one.papers))
                .then(one.tag.cmp(&other.tag))
        });
        found.truncate(limit);
        found.into_iter().map(|(_, other)| other).collect()
    }
}
