//! The pages of an earlier build: which of them are as they were, and what is taken over.
//!
//! A page is made of what its fingerprint tells, so one with the fingerprint of before needs no rendering;
//! its file, if nobody wrote to it, goes into the new site under the same name. Where two pages lead to
//! each other's parts and one of them is new, both are read.

use anyhow::Result;

use crate::disk::Publication;
use crate::fingerprint::Fingerprint;
use crate::link_check::{Findings, LinkCheck};
use crate::memo::{Leaf, Memo};
use crate::page::{self, Page};
use crate::parallel;
use crate::theme::Notes;

use super::pipeline::Rendered;

/// These are the pages of an earlier build.
pub struct Earlier<'a> {
    /// What that build left.
    pub memo: &'a Memo,
    /// The site on its way.
    pub publication: &'a Publication,
}

impl Earlier<'_> {
    /// Takes a page over, where it was made of the same.
    pub fn take(&self, page: &Page, fingerprint: Fingerprint) -> Option<Leaf> {
        let leaf = self
            .leaf(page)
            .filter(|leaf| leaf.fingerprint == fingerprint)?;
        let is_there = self.publication.keep(&page.path, leaf.seal.as_ref()?);
        is_there.then_some(*leaf)
    }

    /// Scans pages that were taken over, where others lead to their parts, or they may lead to parts that
    /// others had before.
    pub fn scan(&self, check: &LinkCheck, plan: &[Page], rendered: &mut [Rendered]) -> Result<()> {
        let lasting = plan.iter().zip(&*rendered).take(page::count_lasting(plan));
        let mut others = lasting.filter(|(_, page)| !page.is_kept);
        let has_other_parts = |(page, rendered): (&Page, &Rendered)| {
            self.leaf(page)
                .is_none_or(|leaf| leaf.ids != rendered.leaf.ids)
        };
        let mut wanted = vec![others.any(has_other_parts); plan.len()];
        for target in rendered.iter().flat_map(|page| page.findings.targets()) {
            wanted[target] = true;
        }
        let wanted: Vec<usize> = (0..plan.len())
            .filter(|index| wanted[*index] && rendered[*index].is_kept)
            .collect();
        let findings = parallel::try_map(&wanted, |index| -> Result<Findings> {
            let bytes = self.publication.read(&plan[*index].path)?;
            Ok(check.scan(*index, &bytes, Notes::default()))
        })?;
        for (index, findings) in wanted.into_iter().zip(findings) {
            rendered[index].findings = findings;
        }
        Ok(())
    }

    fn leaf(&self, page: &Page) -> Option<&Leaf> {
        let path = Fingerprint::of_bytes(page.path.as_bytes());
        self.memo.pages.get(&path)
    }
}
