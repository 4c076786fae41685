//! A small repository with leaked credentials, made on the spot, so that a newcomer sees findings
//! without looking for a leak. The values are expanded from the rules' own example templates.
