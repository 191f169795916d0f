set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
time per call
1K
4K
16K
64K
256K
1M
4M
1 ms
10 ms
100 ms
1 s
10 s
1 min
10 min
1 h
10 h
full, 1 thread
full, 2 threads
sliding-window(1024), 1 thread
sliding-window(1024), 2 threads
chunked-overlap(1024)
attention-sink(4+1024)
chunked-local(8192)
∝ n
∝ n²
would take about 19 h
would take about 12 h
would take about 3.1 h
would take about 46 min
would take about 12 min
would take about 2.9 min
would take about 53 s
sequence length n (tokens)
Time per call by sequence length: 5 of 7 growth laws match theory
One call, causal, float32, d = 64, 1 head. Points: medians with 95 % intervals. Lines: c · pairs^{β} + a, fitted over the
exact pairs of each mask. β: 1.000 ± 0.003 for full, 1 thread; 1.00 ± 0.05 for full, 2 threads (undecided); 0.994 ± 0.014
for sliding-window(1024), 2 threads (undecided). Dotted: beyond the measured lengths.
×: not measured; the report says why.
END_OF_TEXTS
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
set label '{/:Bold '.$texts[35].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[36] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[37] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[38] at screen 0.0194, screen 0.8402 left font ',11.5' tc rgb '#595959'
set label $texts[39] at screen 0.0194, screen 0.0292 left font ',10.5' tc rgb '#595959'
set label $texts[34] at screen 0.3934, screen 0.0771 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [930:1.0491e+07]
set yrange [462893.7:1.052754e+14]
set xtics ($texts[2] 1024, $texts[3] 4096, $texts[4] 16384, $texts[5] 65536, $texts[6] 262144, $texts[7] 1048576, $texts[8] 4194304)
set ytics ($texts[9] 1000000, $texts[10] 1e+07, $texts[11] 1e+08, $texts[12] 1e+09, $texts[13] 1e+10, $texts[14] 6e+10, $texts[15] 6e+11, $texts[16] 3.6e+12, $texts[17] 3.6e+13)
set lmargin at screen 0.0959
set rmargin at screen 0.6908
set bmargin at screen 0.1604
set tmargin at screen 0.7610
set label $texts[1] at screen 0.0194, screen 0.7965 left font ',11.5' tc rgb '#595959'
set label $texts[18] at screen 0.7269, screen 0.7484 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6991, screen 0.7484 to screen 0.7214, screen 0.7484 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[19] at screen 0.7269, screen 0.4296 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.4198, screen 0.4557 to screen 0.6991, screen 0.4557 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.4557 to screen 0.7214, screen 0.4296 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[20] at screen 0.7269, screen 0.4608 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6991, screen 0.4851 to screen 0.7214, screen 0.4608 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[21] at screen 0.7269, screen 0.3273 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.4198, screen 0.3273 to screen 0.6991, screen 0.3273 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.3273 to screen 0.7214, screen 0.3273 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[22] at screen 0.7269, screen 0.5233 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6991, screen 0.5089 to screen 0.7214, screen 0.5233 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[23] at screen 0.7269, screen 0.4921 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6991, screen 0.4852 to screen 0.7214, screen 0.4921 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[24] at screen 0.7269, screen 0.5546 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6991, screen 0.5253 to screen 0.7214, screen 0.5546 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[25] at screen 0.2210, screen 0.5703 left font ',11.5' tc rgb '#595959'
set label $texts[26] at screen 0.2210, screen 0.6136 left font ',11.5' tc rgb '#595959'
set label $texts[27] at screen 0.6783, screen 0.7809 right font ',10.5' tc rgb '#0072B2'
set label $texts[28] at screen 0.6641, screen 0.7407 right font ',10.5' tc rgb '#0072B2'
set label $texts[29] at screen 0.6199, screen 0.6974 right font ',10.5' tc rgb '#0072B2'
set label $texts[30] at screen 0.5757, screen 0.6542 right font ',10.5' tc rgb '#0072B2'
set label $texts[31] at screen 0.5315, screen 0.6109 right font ',10.5' tc rgb '#0072B2'
set label $texts[32] at screen 0.4873, screen 0.5676 right font ',10.5' tc rgb '#0072B2'
set label $texts[33] at screen 0.6783, screen 0.5578 right font ',10.5' tc rgb '#E69F00'
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
