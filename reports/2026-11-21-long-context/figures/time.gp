set encoding utf8
set datafile separator comma
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'time' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'time.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold Time follows the exact pair count in 5 of 7 series; full, 2 threads is undecided}' at screen 0.0194, screen 0.9498 left font ',13.485' tc rgb '#1a1a1a'
set label '{/:Bold (pairs^{1.00 ± 0.06}) and sliding-window(1024), 2 threads is undecided (pairs^{0.994 ± 0.014})}' at screen 0.0194, screen 0.9104 left font ',13.485' tc rgb '#1a1a1a'
set label 'One call, causal, float32, d = 64, 1 head. Points: medians with 95 % intervals. Lines: c · pairs^{β} + a, fitted over the' at screen 0.0194, screen 0.8693 left font ',11.5' tc rgb '#595959'
set label 'exact pairs of each mask. Dotted: past the measured lengths.' at screen 0.0194, screen 0.8380 left font ',11.5' tc rgb '#595959'
set label '× full, 1 thread was skipped at 512K: one call would take about 2.9 min, with its tensors and its check 2.9 min; that does not fit' at screen 0.0194, screen 0.1542 left font ',10.5' tc rgb '#595959'
set label 'into what is left of the time budget of 15 min.' at screen 0.0194, screen 0.1229 left font ',10.5' tc rgb '#595959'
set label '× full, 1 thread was skipped at 1M: one call would take about 12 min, with its tensors and its check 12 min; that does not fit into' at screen 0.0194, screen 0.0917 left font ',10.5' tc rgb '#595959'
set label 'what is left of the time budget of 15 min.' at screen 0.0194, screen 0.0604 left font ',10.5' tc rgb '#595959'
set label '… all in the report.' at screen 0.0194, screen 0.0292 left font ',10.5' tc rgb '#595959'
set label 'sequence length n (tokens)' at screen 0.3934, screen 0.2021 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [930:1.0491e+07]
set yrange [462893.7:1.052754e+14]
set xtics ('1K' 1024, '4K' 4096, '16K' 16384, '64K' 65536, '256K' 262144, '1M' 1048576, '4M' 4194304)
set ytics ('1 ms' 1000000, '10 ms' 1e+07, '100 ms' 1e+08, '1 s' 1e+09, '10 s' 1e+10, '1 min' 6e+10, '10 min' 6e+11, '1 h' 3.6e+12, '10 h' 3.6e+13)
set lmargin at screen 0.0959
set rmargin at screen 0.6908
set bmargin at screen 0.2854
set tmargin at screen 0.7588
set label 'time per call' at screen 0.0194, screen 0.7943 left font ',11.5' tc rgb '#595959'
set label 'full, 1 thread' at screen 0.7269, screen 0.7489 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6991, screen 0.7489 to screen 0.7214, screen 0.7489 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label 'full, 2 threads' at screen 0.7269, screen 0.4843 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.4198, screen 0.5182 to screen 0.6991, screen 0.5182 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.5182 to screen 0.7214, screen 0.4843 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label 'sliding-window(1024), 1 thread' at screen 0.7269, screen 0.5156 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6991, screen 0.5413 to screen 0.7214, screen 0.5156 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label 'sliding-window(1024), 2 threads' at screen 0.7269, screen 0.4169 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.4198, screen 0.4169 to screen 0.6991, screen 0.4169 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.4169 to screen 0.7214, screen 0.4169 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label 'chunked-overlap(1024)' at screen 0.7269, screen 0.5781 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6991, screen 0.5601 to screen 0.7214, screen 0.5781 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label 'attention-sink(4+1024)' at screen 0.7269, screen 0.5468 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6991, screen 0.5414 to screen 0.7214, screen 0.5468 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label 'chunked-local(8192)' at screen 0.7269, screen 0.6093 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6991, screen 0.5731 to screen 0.7214, screen 0.6093 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label '∝ n' at screen 0.2210, screen 0.6098 left font ',11.5' tc rgb '#595959'
set label '∝ n²' at screen 0.2210, screen 0.6439 left font ',11.5' tc rgb '#595959'
set label 'would take about 19 h' at screen 0.6783, screen 0.7814 right font ',10.5' tc rgb '#0072B2'
set label 'would take about 12 h' at screen 0.6641, screen 0.7441 right font ',10.5' tc rgb '#0072B2'
set label 'would take about 3.1 h' at screen 0.6199, screen 0.7100 right font ',10.5' tc rgb '#0072B2'
set label 'would take about 46 min' at screen 0.5757, screen 0.6759 right font ',10.5' tc rgb '#0072B2'
set label 'would take about 12 min' at screen 0.5315, screen 0.6418 right font ',10.5' tc rgb '#0072B2'
set label 'would take about 2.9 min' at screen 0.4873, screen 0.6077 right font ',10.5' tc rgb '#0072B2'
set label 'would take about 53 s' at screen 0.6783, screen 0.6056 right font ',10.5' tc rgb '#E69F00'
plot 'time.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'time.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'time.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with points pt 2 ps 0.75*mark lw 1.6 lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt (14,8) lw 1 lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#D55E00', \
  'time.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt (14,8) lw 1 lc rgb '#D55E00', \
  'time.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#009E73', \
  'time.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#CC79A7', \
  'time.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#E69F00', \
  'time.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with lines dt (2,4) lw 1.4 lc rgb '#E69F00', \
  'time.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 2 ps 0.75*mark lw 1.6 lc rgb '#E69F00', \
  'time.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#ffffff', \
  'time.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 6 ps 0.9*mark lw 1.2 lc rgb '#0072B2', \
  'time.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'time.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'time.csv' skip 1 using ($1 == 16 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'time.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'time.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'time.csv' skip 1 using ($1 == 17 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'time.csv' skip 1 using ($1 == 17 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'time.csv' skip 1 using ($1 == 18 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'time.csv' skip 1 using ($1 == 18 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'time.csv' skip 1 using ($1 == 19 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#E69F00', \
  'time.csv' skip 1 using ($1 == 19 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00'
unset output
unset label
unset arrow
unset logscale
}
